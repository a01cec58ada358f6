import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { tryEach, type Parted } from '../../../shared/forEachItem';
import type { GeminiClient } from '../../../shared/gemini/client';
import { batchPages } from '../../../shared/jobs/batchPages';
import { describeBatch, type JobDescription } from '../../../shared/jobs/describe';
import { readJob, type JobAnswer } from '../../../shared/jobs/read';
import { readReferences } from '../../../shared/jobs/reference';
import type { JobReference } from '../../../shared/jobs/types';
import { refuse } from '../../../shared/objection';

/** The most pages of batches to read; their order is documented nowhere, so there is no earlier end to know of. */
export const MAX_PAGES = 50;
/** Looks at jobs at once: enough for speed, few enough for a quota. */
const PARALLEL = 5;

/** A job that the user named, and the incoming item that named it first. */
interface NamedJob {
	reference: JobReference;
	item: number;
}

/** A job as the API describes it, and the incoming item it belongs to. */
export interface FoundJob extends JobAnswer {
	item: number;
}

/**
 * The project's batches, each once: one that begins while the pages are read moves others to the next page.
 *
 * @returns `isCutOff` when there are more than are read
 * @throws GeminiApiError
 */
export async function listBatches(
	client: GeminiClient,
): Promise<{ batches: JobAnswer[]; isCutOff: boolean }> {
	const batches = new Map<string, JobAnswer>();
	let isCutOff = false;
	for await (const page of batchPages(client, { most: MAX_PAGES })) {
		for (const raw of page.batches) {
			const job = describeBatch(raw);
			batches.set(job.jobId, { job, raw });
		}
		isCutOff = page.next !== undefined;
	}
	return { batches: [...batches.values()], isCutOff };
}

/**
 * Whether a job ended, or at least changed, after a moment. A job without any time counts as recent.
 *
 * @param since milliseconds since 1970
 */
export function isSince(job: JobDescription, since: number): boolean {
	const time = Date.parse(job.endedAt ?? job.updatedAt ?? job.createdAt ?? '');
	return Number.isNaN(time) || time >= since;
}

/** The jobs that the field of each incoming item names, each job once. */
export async function namedJobs(
	context: IExecuteFunctions,
	field: string,
): Promise<{ named: NamedJob[]; failures: INodeExecutionData[] }> {
	const named = new Map<string, NamedJob>();
	const unreadable: Array<{ name: string; item: number }> = [];
	for (const item of context.getInputData().keys()) {
		const { jobs, wrong } = readReferences(context.getNodeParameter(field, item, ''));
		for (const reference of jobs) {
			if (!named.has(reference.jobId)) named.set(reference.jobId, { reference, item });
		}
		unreadable.push(...wrong.map((name) => ({ name, item })));
	}
	const { failures } = await tryEach(
		context,
		unreadable,
		({ item }) => [item],
		async ({ name, item }) =>
			await Promise.resolve(
				refuse(context, {
					itemIndex: item,
					message: `'Also Check These Jobs' holds what is not the name of a job: ${name}`,
					description:
						"Names look like 'batches/x', 'models/m/operations/x', or the id of an interaction; the nodes of this package put them out as 'jobId'.",
				}),
			),
	);
	return { named: [...named.values()], failures };
}

/** Reads jobs one by one, a few at a time; with 'On Error: Continue', one that fails keeps no other from it. */
export async function readNamed(
	context: IExecuteFunctions,
	client: GeminiClient,
	named: NamedJob[],
): Promise<Parted<FoundJob>> {
	return await tryEach(
		context,
		named,
		({ item }) => [item],
		async ({ reference, item }) => ({ ...(await readJob(client, reference)), item }),
		PARALLEL,
	);
}
