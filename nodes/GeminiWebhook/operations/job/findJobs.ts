import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { asNodeError } from '../../../shared/forEachItem';
import type { GeminiClient } from '../../../shared/gemini/client';
import { inParallel } from '../../../shared/inParallel';
import { jsonList, text } from '../../../shared/json';
import { describeBatch, type JobDescription } from '../../../shared/jobs/describe';
import { readJob, type JobAnswer } from '../../../shared/jobs/read';
import { readReferences } from '../../../shared/jobs/reference';
import type { JobReference } from '../../../shared/jobs/types';

const PAGE_SIZE = 100;
/** The most pages of batches to read; their order is documented nowhere, so there is no earlier end to know of. */
export const MAX_PAGES = 50;
/** Looks at jobs at once: enough for speed, few enough for a quota. */
const PARALLEL = 5;

/** A job that the user named, and the incoming item that named it first. */
export interface NamedJob {
	reference: JobReference;
	item: number;
}

/** A job as the API describes it, and the incoming item it belongs to. */
export interface FoundJob extends JobAnswer {
	item: number;
}

/** Why something could not be looked up. */
export interface Failure {
	error: ReturnType<typeof asNodeError>;
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
	let pageToken: string | undefined;
	for (let page = 0; page < MAX_PAGES; page++) {
		const { raw } = await client.read(
			{ action: "list the project's batches" },
			async (ai) => await ai.batches.list({ config: { pageSize: PAGE_SIZE, pageToken } }),
		);
		for (const one of jsonList(raw.operations)) {
			const job = describeBatch(one);
			batches.set(job.jobId, { job, raw: one });
		}
		pageToken = text(raw.nextPageToken) ?? undefined;
		if (!pageToken) break;
	}
	return { batches: [...batches.values()], isCutOff: pageToken !== undefined };
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
export function namedJobs(
	context: IExecuteFunctions,
	field: string,
): { named: NamedJob[]; failures: Failure[] } {
	const named = new Map<string, NamedJob>();
	const failures: Failure[] = [];
	for (const item of context.getInputData().keys()) {
		const { jobs, wrong } = readReferences(context.getNodeParameter(field, item, ''));
		for (const reference of jobs) {
			if (!named.has(reference.jobId)) named.set(reference.jobId, { reference, item });
		}
		for (const name of wrong) {
			const error = new NodeOperationError(
				context.getNode(),
				`'Also Check These Jobs' holds what is not the name of a job: ${name}`,
				{
					itemIndex: item,
					description:
						"Names look like 'batches/x', 'models/m/operations/x', or the id of an interaction; the nodes of this package put them out as 'jobId'.",
				},
			);
			failures.push({ error, item });
		}
	}
	return { named: [...named.values()], failures };
}

/** Reads jobs one by one, a few at a time; one that can't be read doesn't keep the others from it. */
export async function readNamed(
	context: IExecuteFunctions,
	client: GeminiClient,
	named: NamedJob[],
): Promise<{ found: FoundJob[]; failures: Failure[] }> {
	const look = async ({ reference, item }: NamedJob): Promise<FoundJob | Failure> => {
		try {
			return { ...(await readJob(client, reference)), item };
		} catch (error) {
			return { error: asNodeError(context, error, item), item };
		}
	};
	const outcomes = await inParallel(named, PARALLEL, look);
	return {
		found: outcomes.filter((one) => 'job' in one),
		failures: outcomes.filter((one) => 'error' in one),
	};
}
