import type { IWebhookFunctions } from 'n8n-workflow';

import { claimedMetadata, type CallbackClaims } from '../shared/delivery/callbackToken';
import { logRejection } from '../shared/inbound/guarded';
import { isWantedJob, type JobFilter } from '../shared/jobs/jobFilter';
import type { TriggerItem } from './item';

const WHAT = "Gemini Webhook Trigger could not prove a job's metadata";
const WHY =
	"The API key was replaced after the job had been started, that was more than 8 days ago, or something in front of n8n changes the webhook's URL.";
const PASSED = `${WHY} Going by what the URL says, the job passed 'Only Jobs With Metadata'; its item comes without that metadata.`;
const LEFT_OUT = `${WHY} So 'Only Jobs With Metadata' left out this job of yours. Fetch it with the node that started it ('Get'), or with 'Reconcile' without this filter.`;

export interface StartedWith {
	/** The token in the URL that was called; undefined without any. */
	token: unknown;
	/** The path of that URL. */
	path: string;
	/** What the token says, if it could be proven. */
	claims: CallbackClaims | undefined;
	/** Whether the signature covers the event's body. */
	bodyProven: boolean;
}

/**
 * Whether the user's filter lets a job pass that was proven to be the user's own. The metadata of one whose token can't
 * be proven (any more) isn't empty, it is unknown: the filter then goes by what the token says all the same. The token was
 * made up at worst by somebody who may start jobs in the user's project, and who may give them any metadata; to leave
 * out a paid job would be the greater harm. A JWT is not enough for that: it doesn't sign which job is meant. Whatever is
 * decided without a proof stands in n8n's log.
 */
export function passesFilter(
	context: IWebhookFunctions,
	filter: JobFilter,
	item: Pick<TriggerItem, 'jobId' | 'metadata'>,
	{ token, path, claims, bodyProven }: StartedWith,
): boolean {
	if (isWantedJob(filter, item)) return true;
	const isUnknown = token !== undefined && claims === undefined;
	// Not a matter of metadata.
	if (!isUnknown || !isWantedJob({ ...filter, metadata: [] }, item)) return false;
	const claimed = bodyProven ? claimedMetadata(token, path) : undefined;
	if (!claimed) {
		logRejection(context, WHAT, `metadata-unknown: ${String(item.jobId)}`, LEFT_OUT);
		return false;
	}
	const passes = isWantedJob(filter, { ...item, metadata: { ...item.metadata, ...claimed } });
	if (passes) logRejection(context, WHAT, `metadata-not-proven: ${String(item.jobId)}`, PASSED);
	return passes;
}
