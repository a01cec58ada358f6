import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { openFunctionCalls, repeatedSettings } from '../shared/jobs/functionCalls';
import type { Outcome } from '../shared/jobs/outcome';
import { jobItem, type TrackedAnswer, type WaitStatus } from '../shared/jobs/tracked';
import { isFinal } from '../shared/jobs/types';
import { json, type Json } from '../shared/json';
import { madeFiles, readAnswer, type Parsing } from './answer';
import { storeFiles, type FilesTarget } from './outputFiles';
import { shownRaw } from './shownRaw';

/** How answers become items. Stored with a parked execution, as plain JSON. */
export interface OutputSettings extends FilesTarget {
	simplify: boolean;
	/** The interactions that were asked for JSON; null when nobody knows. */
	asJson: string[] | null;
}

const readSettings = (stored: Json): OutputSettings => ({
	simplify: stored.simplify !== false,
	download: stored.download === true,
	field: String(stored.field),
	asJson: Array.isArray(stored.asJson) ? stored.asJson.map(String) : null,
});

/** The function calls of an interaction that waits for their results: one item for each. */
function callItems(
	{ tracked, job, raw }: TrackedAnswer,
	waitStatus: WaitStatus | undefined,
): INodeExecutionData[] {
	const calls = openFunctionCalls(raw);
	const carried = { ...repeatedSettings(raw), ...json(tracked.carried?.continuation) };
	const common = {
		text: readAnswer(raw, job.jobId, 'none').text,
		openCalls: calls.length,
		continuation: { jobId: job.jobId, ...carried },
	};
	if (calls.length === 0) return [jobItem(tracked, job, waitStatus, common)];
	return calls.map((functionCall) =>
		jobItem(tracked, job, waitStatus, { functionCall, ...common }),
	);
}

const parsingOf = (jobId: string, { asJson }: OutputSettings): Parsing => {
	if (asJson === null) return 'guess';
	return asJson.includes(jobId) ? 'json' : 'none';
};

/**
 * What an interaction is now, as items: its answer when it is over, one item for each open function call when it
 * waits for their results, and else its state.
 *
 * @param waitStatus what became of the wait; undefined when nobody waited
 */
export async function answerItems(
	context: IExecuteFunctions | IWebhookFunctions,
	client: GeminiClient,
	answer: TrackedAnswer,
	settings: OutputSettings,
	waitStatus?: WaitStatus,
): Promise<INodeExecutionData[]> {
	const { tracked, job, raw } = answer;
	if (job.status === 'requiresAction') return callItems(answer, waitStatus);
	// A finished interaction has nothing to hand on.
	const own = isFinal(job.status) ? { ...tracked, carried: undefined } : tracked;
	const described = jobItem(own, job, waitStatus);
	if (!settings.simplify) {
		const { metadata } = tracked;
		const { jobType, jobId } = job;
		const facts = { jobType, jobId, metadata, ...(waitStatus ? { waitStatus } : {}) };
		return [{ ...described, json: { ...shownRaw(raw), ...facts } }];
	}
	if (!isFinal(job.status)) return [described];
	const { files, binary } = await storeFiles(context, client, madeFiles(raw), settings);
	const fields = readAnswer(raw, job.jobId, parsingOf(job.jobId, settings));
	return [
		{
			...described,
			json: { ...described.json, ...fields, files } as IDataObject,
			...(Object.keys(binary).length > 0 ? { binary } : {}),
		},
	];
}

/** The answers of interactions that are over or need an action. */
export const interactionOutcome: Outcome = {
	items: async (context, client, answers, details) => {
		const settings = readSettings(details);
		const items: INodeExecutionData[] = [];
		for (const answer of answers) {
			items.push(...(await answerItems(context, client, answer, settings, 'finished')));
		}
		return [items];
	},
	isSlow: (answers, details) => {
		const { download, simplify } = readSettings(details);
		return (
			download &&
			simplify &&
			answers.some(({ raw }) =>
				madeFiles(raw).some(({ uri, data }) => uri !== null && data === null),
			)
		);
	},
};
