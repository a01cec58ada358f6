import type { IHookFunctions, IWebhookFunctions, IExecuteFunctions } from 'n8n-workflow';

import { REDIS } from '../shared/dedupe/option';
import { DEFAULT_TOLERANCE_SECONDS } from '../shared/delivery/signedContent';
import { readJobFilter, type JobFilter } from '../shared/jobs/jobFilter';

export type ListenTo = 'existing' | 'project' | 'requests';

/** An hour. The field allows no more, but an expression might; then an old recording would count as new. */
export const MAX_TOLERANCE_SECONDS = 3600;

/** The choice in 'Events' for everything that Google may invent later. */
export const OTHER_EVENTS = 'other';

interface TriggerOptions {
	allowJwt?: boolean;
	deduplication?: string;
	includeRawEvent?: boolean;
	onlyStartedFromN8n?: boolean;
	output?: 'event' | 'details';
	tolerance?: number;
}

export interface TriggerParameters {
	listenTo: ListenTo;
	events: string[];
	filter: JobFilter;
	allowJwt: boolean;
	includeRawEvent: boolean;
	onlyStartedFromN8n: boolean;
	/** Whether deliveries are noted in Redis, for all processes of n8n. */
	sharesClaims: boolean;
	withDetails: boolean;
	toleranceSeconds: number;
}

type Context = Pick<IHookFunctions | IWebhookFunctions, 'getNodeParameter'>;

/** Reads the trigger's parameters; the same in all of its phases. */
export function triggerParameters(context: Context | IExecuteFunctions): TriggerParameters {
	// execute() takes an item index where the others take the fallback; the trigger has no items yet.
	const read = (name: string, fallback: unknown) =>
		'getInputData' in context
			? context.getNodeParameter(name, 0, fallback as string)
			: (context as Context).getNodeParameter(name, fallback as string);
	const options = read('options', {}) as TriggerOptions;
	const listenTo = read('listenTo', 'project') as ListenTo;
	return {
		listenTo,
		events: read('events', []) as unknown as string[],
		filter: readJobFilter(options),
		allowJwt: options.allowJwt ?? false,
		includeRawEvent: options.includeRawEvent ?? false,
		onlyStartedFromN8n: listenTo === 'requests' && (options.onlyStartedFromN8n ?? false),
		sharesClaims: options.deduplication === REDIS,
		withDetails: options.output === 'details',
		toleranceSeconds: Math.min(
			options.tolerance ?? DEFAULT_TOLERANCE_SECONDS,
			MAX_TOLERANCE_SECONDS,
		),
	};
}
