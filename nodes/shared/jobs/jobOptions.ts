import type { INodeProperties } from 'n8n-workflow';

/** The option of an operation that waits; 'Wait' shows it always. */
export const allowJwtOption: INodeProperties = {
	displayName: 'Allow JWT Signatures',
	name: 'allowJwt',
	type: 'boolean',
	default: false,
	description:
		"Whether the webhook that ends the waiting may carry the JWT signature of Google's guide. The job is read from the API in any case.",
};

/** The same for an operation that starts jobs and may wait for them. */
export const allowJwtWhenWaiting: INodeProperties = {
	...allowJwtOption,
	displayOptions: { show: { '/whenDone': ['continueHere'] } },
};

/** The user's notes on the jobs that are started, see `metadataOf`. */
export const metadataOption: INodeProperties = {
	displayName: 'Metadata',
	name: 'metadata',
	type: 'fixedCollection',
	displayOptions: { show: { '/whenDone': ['continueHere', 'startWorkflow'] } },
	default: {},
	placeholder: 'Add entry',
	typeOptions: { multipleValues: true },
	description: "Comes back with the finished job as 'metadata'; do not put secrets here",
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
