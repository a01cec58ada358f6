import type { IExecuteFunctions } from 'n8n-workflow';

import { sharesClaims } from '../dedupe/option';
import { checkSharedStore } from '../dedupe/sharedStore';
import type { EventType } from '../delivery/envelope';
import { readMetadata, type Metadata } from '../delivery/metadata';
import { fieldText } from '../fieldText';
import type { GeminiClient } from '../gemini/client';
import { keySetUrl } from '../gemini/connection';
import { listWebhooks } from '../gemini/webhooks';
import { canVerify } from '../inbound/prove';
import { jsonList, text } from '../json';
import { refuse } from '../objection';
import { HOW_TO_BE_CALLABLE, whyNotCallable } from '../publicUrl';
import { createCallback, MAX_METADATA_BYTES, type WhenDone } from './callback';
import { isToolCall, waitingUrl, whyNotParkable } from './park';
import { deadline } from './waitLimit';

/** How a job's end will be heard of: settled, and found possible, before the job is paid for. */
export interface NotificationPlan {
	whenDone: WhenDone;
	/** Where the per-request webhook leads; undefined when the project's webhooks are to hear of it, or nobody. */
	target?: string;
	/** When to stop waiting; only with `continueHere`. */
	until?: Date;
}

/**
 * The entries of the option 'Metadata'.
 *
 * @throws NodeOperationError when they are too long to travel inside a URL
 */
export function metadataOf(context: IExecuteFunctions, itemIndex: number): Metadata {
	const entries = jsonList(context.getNodeParameter('options.metadata.entries', itemIndex, []));
	const pairs = entries.flatMap(({ name, value }) => {
		const key = text(name);
		return key ? [[key, value] as const] : [];
	});
	const metadata = readMetadata(Object.fromEntries(pairs));
	if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
		refuse(
			context,
			{
				message: `'Metadata' is longer than ${MAX_METADATA_BYTES} bytes`,
				description:
					'It travels inside the webhook URL. Keep an id here and look the rest up by it.',
			},
			itemIndex,
		);
	}
	return metadata;
}

/** What an AI agent's tool call does instead of waiting: it can't be parked, so it returns the job. */
function effectiveChoice(context: IExecuteFunctions): WhenDone {
	const choice = context.getNodeParameter('whenDone', 0) as WhenDone;
	return choice === 'continueHere' && isToolCall(context) ? 'nothing' : choice;
}

const FIELD = "URL of the Other Workflow's Trigger";

/** The address that continues this execution. */
function checkedWaitingUrl(context: IExecuteFunctions, baseUrl: string): string {
	const url = waitingUrl(context);
	const obstacle = whyNotCallable(url, baseUrl);
	if (obstacle)
		refuse(context, { message: `The webhook URL ${obstacle}`, description: HOW_TO_BE_CALLABLE });
	return url;
}

/** The address that the user pasted. */
function checkedWorkflowUrl(context: IExecuteFunctions, baseUrl: string): string {
	const url = fieldText(context.getNodeParameter('workflowUrl', 0, '')).trim();
	const obstacle = whyNotCallable(url, baseUrl);
	if (obstacle) {
		refuse(context, {
			message: `The '${FIELD}' ${obstacle}`,
			description: `Paste the Production URL that the other workflow's Gemini Webhook Trigger shows. If that one starts with http:// or names a private host: ${HOW_TO_BE_CALLABLE}`,
		});
	}
	if (/\/webhook-test\//.test(url) && context.getMode() !== 'manual') {
		refuse(context, {
			message: `The '${FIELD}' is a Test URL, where nobody listens when the job ends`,
			description: 'Paste the Production URL, and publish the other workflow.',
		});
	}
	return url;
}

/** Without Google's public keys no webhook of the job could be verified. */
async function checkKeysAreReadable(
	context: IExecuteFunctions,
	{ connection }: GeminiClient,
): Promise<void> {
	if (await canVerify(context, connection)) return;
	refuse(context, {
		message:
			"Google's public keys cannot be read, so the webhook that reports the end could not be verified",
		description: `They are expected at ${keySetUrl(connection)}. Check that this n8n may connect there, and the 'Base URL' of the credential.`,
	});
}

/**
 * When to stop waiting, by the fields 'Limit Wait Time' and 'Unit of the Limit'.
 *
 * @throws NodeOperationError when that is no time to wait
 */
export function checkedDeadline(context: IExecuteFunctions): Date {
	const amount = Number(context.getNodeParameter('limitAmount', 0));
	const unit = context.getNodeParameter('limitUnit', 0) as string;
	return (
		deadline(amount, unit, Date.now()) ??
		refuse(context, {
			message: "'Limit Wait Time' is not a time to wait",
			description: 'Enter a number above zero, 30 days at most.',
		})
	);
}

async function checkSomebodyListens(
	context: IExecuteFunctions,
	client: GeminiClient,
	events: EventType[],
): Promise<void> {
	const webhooks = await listWebhooks(client);
	const isHeard = webhooks.some(
		(webhook) =>
			webhook.state === 'enabled' && webhook.events.some((e) => events.includes(e as EventType)),
	);
	if (isHeard) return;
	refuse(context, {
		message: 'No webhook of the Google project listens for the end of this job',
		description:
			"Publish a workflow whose Gemini Webhook Trigger listens to 'All Jobs of the Google Project', or choose another answer under 'When the Job Finishes'.",
	});
}

/**
 * Settles how the end of jobs will be heard of, and refuses what can't work, before anything is paid for.
 *
 * @param events the events that report the end of this kind of job
 * @throws NodeOperationError, GeminiApiError
 */
export async function planNotification(
	context: IExecuteFunctions,
	client: GeminiClient,
	events: EventType[],
): Promise<NotificationPlan> {
	const whenDone = effectiveChoice(context);
	const { baseUrl } = client.connection;
	switch (whenDone) {
		case 'continueHere': {
			const until = checkedDeadline(context);
			const target = checkedWaitingUrl(context, baseUrl);
			await checkCanWait(context, client);
			return { whenDone, target, until };
		}
		case 'startWorkflow': {
			const target = checkedWorkflowUrl(context, baseUrl);
			await checkKeysAreReadable(context, client);
			return { whenDone, target };
		}
		case 'projectWebhooks':
			await checkSomebodyListens(context, client, events);
			return { whenDone };
		case 'nothing':
			return { whenDone };
	}
}

/**
 * Refuses a wait that could not be ended by a webhook.
 *
 * @throws NodeOperationError
 */
async function checkCanWait(context: IExecuteFunctions, client: GeminiClient): Promise<void> {
	const obstacle = whyNotParkable(context);
	if (obstacle)
		refuse(context, {
			message: obstacle,
			description: "Choose another answer under 'When the Job Finishes'.",
		});
	await checkKeysAreReadable(context, client);
	if (sharesClaims(context)) await checkSharedStore(context);
}

/**
 * The per-request webhook of one job.
 *
 * @param nonce of the job's start
 * @param now milliseconds since 1970
 * @returns a secret URL; undefined when the job is to have no webhook of its own
 */
export function callbackFor(
	{ target }: NotificationPlan,
	{ connection }: GeminiClient,
	nonce: string,
	metadata: Metadata,
	now: number,
): string | undefined {
	if (target === undefined) return undefined;
	return createCallback(target, nonce, metadata, connection.apiKey, now);
}
