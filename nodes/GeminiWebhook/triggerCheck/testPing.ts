import { sleep } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { pingWebhook } from '../../shared/gemini/webhooks';
import type { Asked, TriggerView } from './askTrigger';
import { bad, good, type Finding } from './findings';

/** Milliseconds to wait for Google's ping, and between two looks. */
const PATIENCE = 15_000;
const PAUSE = 500;
/** Milliseconds to wait on after something was turned away, which may have been somebody else's. */
const AFTER_REJECTION = 3000;

type Counts = Pick<TriggerView, 'proven' | 'rejected'>;

/**
 * Whether something arrived since the ping was asked for.
 *
 * @param before what the process had counted then, if it was asked
 * @param elapsed milliseconds since then; for a process that wasn't
 */
function hasArrived(
	what: 'proven' | 'rejected',
	view: TriggerView,
	before: Counts | undefined,
	elapsed: number,
): boolean {
	if (before) return view[what] > before[what];
	const ago = what === 'proven' ? view.provenAgo : view.rejectedAgo;
	return ago !== null && ago <= elapsed;
}

/**
 * Has Google send a test event and asks the trigger whether a delivery was proven since. Google doesn't tell how a ping
 * went (https://ai.google.dev/api/webhooks), but the trigger knows; with several processes that take webhooks, only the
 * one that took it.
 *
 * @param look asks the trigger
 */
export async function testPing(
	client: GeminiClient,
	webhookId: string,
	look: () => Promise<Asked>,
): Promise<Finding> {
	const processes = new Map<string, Counts | undefined>();
	let turnedAway: string | null = null;
	const first = await look();
	if (first.kind === 'answered') processes.set(first.view.process, first.view);
	const start = Date.now();
	try {
		await pingWebhook(client, webhookId);
	} catch (error) {
		if (!(error instanceof GeminiApiError)) throw error as Error;
		return { ...bad('testPing', error.message, ''), advice: error.description ?? undefined };
	}
	let patience = PATIENCE;
	while (Date.now() - start < patience) {
		const elapsed = Date.now() - start;
		const asked = await look();
		if (asked.kind === 'answered') {
			const { view } = asked;
			const before = processes.get(view.process);
			processes.set(view.process, before);
			if (hasArrived('proven', view, before, elapsed)) {
				return good('testPing', "Google's test ping arrived and was proven");
			}
			if (turnedAway === null && hasArrived('rejected', view, before, elapsed)) {
				turnedAway = view.rejectedReason;
				patience = Math.min(patience, elapsed + AFTER_REJECTION);
			}
		}
		await sleep(PAUSE);
	}
	if (turnedAway !== null) {
		return bad(
			'testPing',
			`A call arrived after Google's test ping was asked for, and was turned away: ${turnedAway}`,
			"The README's section 'Troubleshooting' explains this word.",
		);
	}
	const notSeen = `Google's test ping was not seen within ${PATIENCE / 1000} seconds`;
	if (processes.size > 1) {
		return {
			check: 'testPing',
			ok: null,
			detail: `${notSeen} by the processes that answered; this n8n has several that take webhooks, and another one may have taken it`,
			advice: 'Try it again.',
			isAside: true,
		};
	}
	return bad(
		'testPing',
		notSeen,
		'See whether the Production URL can be called from the internet: the name in the DNS, the firewall, the proxy. Google may also be slow: try it again.',
	);
}
