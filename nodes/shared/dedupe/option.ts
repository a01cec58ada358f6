import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

const OPTION = 'deduplication';

const DEDUPLICATION = `options.${OPTION}`;

export const REDIS = 'redis';

/** Where a node notes what it has seen, so that nothing comes out twice. */
export const deduplicationOption: INodeProperties = {
	displayName: 'Deduplication Store',
	name: OPTION,
	type: 'options',
	default: 'n8n',
	options: [
		{
			name: 'Built-In',
			value: 'n8n',
			description: "In n8n's memory and database, which needs nothing else",
		},
		{
			name: 'Redis',
			value: REDIS,
			description: 'For queue mode: exact also when several processes are called at once',
		},
	],
	description: 'Where to note what was received, so that nothing comes twice',
};

/** The same for an operation that starts jobs and may wait for them. */
export const deduplicationWhenWaiting: INodeProperties = {
	...deduplicationOption,
	displayOptions: { show: { '/whenDone': ['continueHere'] } },
};

/** Asked for, and shown, only where Redis is chosen. */
export const withRedis = {
	required: true,
	displayOptions: { show: { [DEDUPLICATION]: [REDIS] } },
};

/** Whether a node that is executed is to use Redis. */
export const sharesClaims = (context: IExecuteFunctions): boolean =>
	context.getNodeParameter(DEDUPLICATION, 0, 'n8n') === REDIS;
