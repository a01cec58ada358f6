import { eventually } from '../../support/http.mts';
import type { N8nApi } from '../../support/n8nApi.mts';
import type { Execution, ExecutionStatus } from '../../support/n8nTypes.mts';
import type { Place } from './place.mts';

/** An execution, and all of it as text, to look for names in. */
export interface Entry {
	id: string;
	status: ExecutionStatus;
	mode: string;
	waitTill: string | null;
	/** Why it failed. */
	error: string;
	/**
	 * Whether n8n has put an empty one in place of its data: what it does in queue mode when the worker of an execution died
	 * (`WorkflowRunner.processError` of n8n 2.41). Retry has nothing to repeat then.
	 */
	isWiped: boolean;
	/** All of its data; of a wiped one, what an earlier look has seen. */
	text: string;
}

const UNDER_WAY: ExecutionStatus[] = ['new', 'running'];

/** Whether no execution of these workflows is under way. */
export async function isQuiet({ api }: Place, workflowIds: string[]): Promise<boolean> {
	const all = await Promise.all(
		workflowIds.map(async (workflowId) => await api.executions({ workflowId })),
	);
	return !all.flat().some(({ status }) => UNDER_WAY.includes(status));
}

/** What was seen of executions before n8n may have wiped them, by their ids. */
const seen = new WeakMap<N8nApi, Map<string, string>>();

/** All executions of a workflow, oldest first, as they are now. */
export async function look({ api }: Place, workflowId: string): Promise<Entry[]> {
	const texts = seen.get(api) ?? new Map<string, string>();
	seen.set(api, texts);
	const entries: Entry[] = [];
	for (const { id } of (await api.executions({ workflowId })).reverse()) {
		const entry = entryOf(await api.execution(id));
		if (!entry.isWiped) texts.set(id, entry.text);
		entries.push({ ...entry, text: texts.get(id) ?? entry.text });
	}
	return entries;
}

/** The same, once none of them is under way. */
export async function ledgerOf(place: Place, workflowId: string): Promise<Entry[]> {
	await eventually(async () => await isQuiet(place, [workflowId]), { timeoutMs: 60_000 });
	return await look(place, workflowId);
}

function entryOf({ id, status, mode, waitTill, data }: Execution): Entry {
	const { message = '', description = '' } = data.resultData.error ?? {};
	return {
		...{ id, status, mode, waitTill },
		error: `${message} ${description}`,
		isWiped:
			Object.keys(data.resultData.runData).length === 0 &&
			data.executionData?.nodeExecutionStack.length === 0,
		text: JSON.stringify(data),
	};
}

/** What tells one start from the others, see `starting`. */
export const labelIn = (text: string): string | undefined => /"label":"(\w+-\d+)"/.exec(text)?.[1];

/** The job that a delivery is about, see `receiving`. */
export const jobIn = (text: string): string | undefined => /"(batches\/\w+)"/.exec(text)?.[1];

/**
 * Every job that was started with a label, by the URL that its end is reported to.
 *
 * @returns names of jobs by label; jobs that have not ended are missing
 */
export function jobsByLabel({ emulator }: Place): Map<string, string[]> {
	const jobs = new Map<string, Set<string>>();
	for (const { url, job } of emulator.deliveries) {
		const token = new URL(url).searchParams.get('job_token');
		if (!token || !job) continue;
		const payload = Buffer.from(token.split('.')[0], 'base64url').toString();
		const { label } = (JSON.parse(payload) as { m: { label: string } }).m;
		jobs.set(label, (jobs.get(label) ?? new Set()).add(job));
	}
	return new Map([...jobs].map(([label, names]) => [label, [...names]]));
}

/** A job's name as the nodes put it out. */
export const shownName = (job: string): string => job.replace(/^interactions\//, '');
