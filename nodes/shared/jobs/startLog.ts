import type { IExecuteFunctions } from 'n8n-workflow';

import type { JobDescription } from './describe';
import type { JobKind } from './kind';
import type { Start } from './startOnce';

/*
 * What n8n's log (level `info`, its default) says of paid jobs: if n8n crashes before the execution is stored, nothing
 * else names them, and Google has no list of interactions and videos. All in the text, as n8n's plain log prints
 * nothing else.
 */

const place = (context: IExecuteFunctions): string =>
	`(node '${context.getNode().name}', execution ${context.getExecutionId()} of the workflow ${context.getWorkflow().id})`;

/** A job is about to be asked for. */
export function logStarting(
	context: IExecuteFunctions,
	{ jobType }: Pick<JobKind<never>, 'jobType'>,
	{ displayName }: Pick<Start, 'displayName'>,
): void {
	context.logger.info(`Starting the ${jobType} '${displayName}' ${place(context)}`);
}

/** A job is there. */
export function logStarted(context: IExecuteFunctions, { jobType, jobId }: JobDescription): void {
	context.logger.info(`Started the ${jobType} ${jobId} ${place(context)}`);
}
