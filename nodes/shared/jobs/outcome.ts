import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../gemini/client';
import { redact } from '../gemini/redact';
import type { Json } from '../json';
import { jobItem, type TrackedAnswer } from './tracked';

/** What the nodes' own errors say: what happened, and what to do. */
type NodeError = Error & { description: string | null };

/** Turns jobs that need no more waiting into a node's output. One for each node. */
export interface Outcome {
	/**
	 * @param details what the node stored when the wait began
	 * @returns one array for each of the node's outputs
	 */
	items: (
		context: IExecuteFunctions | IWebhookFunctions,
		client: GeminiClient,
		answers: TrackedAnswer[],
		details: Json,
	) => Promise<INodeExecutionData[][]>;
	/** Whether that takes longer than Google waits for the answer to a delivery: files are fetched. */
	isSlow: (answers: TrackedAnswer[], details: Json) => boolean;
}

/**
 * The items of jobs, whatever happens: the jobs are paid for, so if their results can't be had now, the jobs
 * themselves come out, with the reason, to be fetched later.
 */
export async function outcomeOrJobs(
	outcome: Outcome,
	context: IExecuteFunctions | IWebhookFunctions,
	client: GeminiClient,
	answers: TrackedAnswer[],
	details: Json,
): Promise<INodeExecutionData[][]> {
	try {
		return await outcome.items(context, client, answers, details);
	} catch (error) {
		const { message = String(error), description } = error as Partial<NodeError>;
		const reason = redact([message, description].filter(Boolean).join('. '), [
			client.connection.apiKey,
		]);
		context.logger.warn('The results of a finished Gemini job could not be fetched', {
			jobs: answers.map(({ job }) => job.jobId),
			reason,
		});
		return [
			answers.map(({ tracked, job }) =>
				jobItem(tracked, job, 'finished', { resultsError: reason }),
			),
		];
	}
}
