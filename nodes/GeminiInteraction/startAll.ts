import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import type { Launch } from '../shared/jobs/launch';
import type { NotificationPlan } from '../shared/jobs/plan';
import { planNotification } from '../shared/jobs/plan';
import { startAndWait } from '../shared/jobs/startAndWait';
import { refuse } from '../shared/objection';
import { outputSettings } from './fields';
import { interactionKind, objectionToVersion, type InteractionOrder } from './interactionKind';
import { interactionOutcome } from './outcome';
import { asksForJson } from './request';

/**
 * Settles how the end of interactions will be heard of.
 *
 * @throws NodeOperationError, GeminiApiError when it can't be
 */
export async function planInteractions(
	context: IExecuteFunctions,
	client: GeminiClient,
): Promise<NotificationPlan> {
	const plan = await planNotification(context, client, interactionKind.endEvents);
	refuse(context, objectionToVersion(client, plan.target !== undefined));
	return plan;
}

/**
 * Starts interactions, ready in all respects, and waits for them if asked to.
 *
 * @param turnedAway items of those that failed before, while the node is set to continue
 * @throws see `startAndWait`
 */
export async function startAll(
	context: IExecuteFunctions,
	client: GeminiClient,
	plan: NotificationPlan,
	launches: Array<Launch<InteractionOrder>>,
	turnedAway: INodeExecutionData[],
): Promise<INodeExecutionData[][]> {
	const asJson = launches.filter(({ order }) => asksForJson(order.body)).map(({ first }) => first);
	return await startAndWait(context, client, {
		kind: interactionKind,
		plan,
		launches,
		outcome: interactionOutcome,
		details: (launched) => {
			const ofJson = launched.filter(({ tracked }) => asJson.includes(tracked.first));
			return {
				...outputSettings(
					context,
					ofJson.map(({ job }) => job.jobId),
				),
			};
		},
		turnedAway,
	});
}
