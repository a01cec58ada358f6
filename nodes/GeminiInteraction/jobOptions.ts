import type { INodeProperties } from 'n8n-workflow';

/** Options of every operation that starts interactions. */
export const allowJwtOption: INodeProperties = {
	displayName: 'Allow JWT Signatures',
	name: 'allowJwt',
	type: 'boolean',
	default: false,
	displayOptions: { show: { '/whenDone': ['continueHere'] } },
	description:
		"Whether the webhook that ends the waiting may carry the JWT signature of Google's guide. The interaction is read from the API in any case.",
};

export const metadataOption: INodeProperties = {
	displayName: 'Metadata',
	name: 'metadata',
	type: 'fixedCollection',
	displayOptions: { show: { '/whenDone': ['continueHere', 'startWorkflow'] } },
	default: {},
	placeholder: 'Add entry',
	typeOptions: { multipleValues: true },
	description: "Comes back with the interaction as 'metadata'; do not put secrets here",
	options: [
		{
			displayName: 'Entry',
			name: 'entries',
			values: [
				{ displayName: 'Name', name: 'name', type: 'string', default: '' },
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
			],
		},
	],
};

export const moreOption: INodeProperties = {
	displayName: 'Additional Request Fields',
	name: 'more',
	type: 'json',
	default: '',
	placeholder: 'e.g. { "generation_config": { "seed": 7 } }',
	description:
		'Fields of <a href="https://ai.google.dev/api/interactions">Google\'s request</a> that this node has no option for. Objects are merged, tools are added to the others.',
};
