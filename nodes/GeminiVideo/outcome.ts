import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import type { GeminiClient } from '../shared/gemini/client';
import { redact } from '../shared/gemini/redact';
import { inParallel } from '../shared/inParallel';
import type { Outcome } from '../shared/jobs/outcome';
import { jobItem, type TrackedAnswer } from '../shared/jobs/tracked';
import { hasResults } from '../shared/jobs/types';
import { json, text, type Json } from '../shared/json';
import { downloadFilms, type Target } from './downloadFilms';
import { filmFacts, filmsOf } from './films';

/** Films that are fetched at the same time. */
const PARALLEL = 2;

/** How to fetch films: kept with a wait, as the node's fields can't be read when it ends. */
interface Details {
	download: boolean;
	field: string;
	/** By the index of the item. */
	fileNames: Json;
}

/** Reads the fields 'Put Output File in Field' and 'File Name' for one item. */
export function targetOf(context: IExecuteFunctions, index: number): Target {
	return {
		field: fieldText(context.getNodeParameter('outputField', index, 'video')).trim() || 'video',
		fileName: fieldText(context.getNodeParameter('fileName', index, '')),
	};
}

/** What the outcome must know of the node's fields; plain JSON. */
export function downloadDetails(context: IExecuteFunctions): Json {
	if (context.getNodeParameter('download', 0, false) !== true) return { download: false };
	const fileNames = Object.fromEntries(
		[...context.getInputData().keys()].map((index) => [
			String(index),
			targetOf(context, index).fileName,
		]),
	);
	return { download: true, field: targetOf(context, 0).field, fileNames };
}

const readDetails = (stored: Json): Details => ({
	download: stored.download === true,
	field: text(stored.field) ?? 'video',
	fileNames: json(stored.fileNames),
});

/**
 * One job as an item, with its films. The job is paid for: if a film can't be fetched now, the job comes out all the
 * same, with the reason.
 */
async function videoItem(
	context: IExecuteFunctions | IWebhookFunctions,
	client: GeminiClient,
	{ tracked, job, raw }: TrackedAnswer,
	{ download, field, fileNames }: Details,
): Promise<INodeExecutionData> {
	if (!hasResults(job.status)) return jobItem(tracked, job, 'finished', { videos: [] });
	const facts = filmFacts(job.jobId, raw);
	if (!download) return jobItem(tracked, job, 'finished', facts);
	try {
		const target = { field, fileName: text(fileNames[String(tracked.first)]) ?? '' };
		const { films } = filmsOf(job.jobId, raw);
		const { videos, binary } = await downloadFilms(context, client, films, target);
		return { ...jobItem(tracked, job, 'finished', { ...facts, videos }), binary };
	} catch (error) {
		const { message, description } = error as Error & { description?: string };
		const resultsError = redact([message, description].filter(Boolean).join('. '), [
			client.connection.apiKey,
		]);
		context.logger.warn('The films of a finished Gemini job could not be fetched', {
			job: job.jobId,
			reason: resultsError,
		});
		return jobItem(tracked, job, 'finished', { ...facts, resultsError });
	}
}

/** Finished video jobs: one item for each, with its films as binary data if that was asked for. */
export const videoOutcome: Outcome = {
	items: async (context, client, answers, details) => {
		const settings = readDetails(details);
		return [
			await inParallel(
				answers,
				PARALLEL,
				async (answer) => await videoItem(context, client, answer, settings),
			),
		];
	},
	isSlow: (answers, details) =>
		readDetails(details).download && answers.some(({ job }) => hasResults(job.status)),
};
