import { randomUUID } from 'node:crypto';

import { sleep, type IWebhookFunctions } from 'n8n-workflow';

import type { ClaimState, ClaimStore } from '../delivery/claims';

/** Before each attempt to end a claim, for a store that is away for a moment. Milliseconds. */
const ATTEMPTS = [0, 1000, 5000, 15_000];

/**
 * Ends a claim; the answer has left already, so nobody can be told of a failure. A claim that can't be ended ends by
 * itself: what was not taken comes again then, and what was taken is known to n8n's database.
 */
async function settle(context: IWebhookFunctions, end: () => void | Promise<void>): Promise<void> {
	let reason = '';
	for (const pause of ATTEMPTS) {
		if (pause > 0) await sleep(pause);
		try {
			await end();
			return;
		} catch (error) {
			reason = String(error);
		}
	}
	context.logger.warn(`A delivery could not be noted in the 'Deduplication Store': ${reason}`, {
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}

/**
 * Claims a delivery until n8n has answered it: only a success means that an execution was stored or went on.
 *
 * @param keys what the delivery is known by; all are claimed or none
 * @returns `in-flight` also when the sender has hung up: it will deliver again
 * @throws what the store throws; then nothing is decided
 */
export async function claimUntilAnswered(
	context: IWebhookFunctions,
	store: ClaimStore,
	keys: string[],
): Promise<ClaimState> {
	const response = context.getResponseObject();
	const hasEnded = (): boolean => response.closed;
	// Nothing would ever end the claim.
	if (hasEnded()) return 'in-flight';
	const owner = randomUUID();
	const state = await store.claim(keys, Date.now(), owner);
	if (state !== 'claimed') return state;
	const end = async (taken: boolean) =>
		await settle(context, async () => await store.settle(keys, taken, Date.now(), owner));
	if (hasEnded()) {
		await end(false);
		return 'in-flight';
	}
	response.once('close', () => void end(response.writableFinished && response.statusCode < 300));
	return 'claimed';
}
