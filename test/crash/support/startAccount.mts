import { figures } from '../../support/figures.mts';
import { jobsByLabel, labelIn, ledgerOf, shownName } from './ledger.mts';
import type { Entry } from './ledger.mts';
import { retryAll } from './retry.mts';
import type { Traffic } from './traffic.mts';
import type { Kind } from './workflows.mts';

/** One start of a job, with everything that came of it. */
export interface StartEntry {
	label: string;
	executions: Entry[];
	/** Names of the jobs that were paid for. */
	jobs: string[];
	/** How often the workflow went on behind the Gemini node. */
	effects: number;
}

/** The starts of one kind: those that n8n has taken, and those that executions tell of. */
export async function startsOf(traffic: Traffic, kind: Kind): Promise<StartEntry[]> {
	const entries = await ledgerOf(traffic.place, traffic.starters[kind]);
	const jobs = jobsByLabel(traffic.place);
	const taken = [...traffic.started].filter((label) => label.startsWith(kind));
	const labels = new Set([...taken, ...entries.flatMap(({ text }) => labelIn(text) ?? [])]);
	return [...labels].map((label) => ({
		label,
		executions: entries.filter(({ text }) => labelIn(text) === label),
		jobs: jobs.get(label) ?? [],
		effects: traffic.effects(label),
	}));
}

/** What became of the starts of one kind, by itself and after Retry of all that n8n shows as failed. */
export interface StartAccount {
	starts: StartEntry[];
	/** Starts that n8n has taken and that no execution names. */
	unshown: StartEntry[];
	/** Executions that n8n has taken all data from. */
	wiped: Entry[];
	/** Starts that didn't go on, and whose execution is one of these. */
	lostToN8n: StartEntry[];
	/** Went on more than once by itself. */
	doubles: StartEntry[];
	/** Didn't go on, and nothing in n8n tells of it. */
	silent: StartEntry[];
	/** Executions that n8n shows as crashed or failed. */
	visible: Entry[];
	/** Paid for more than once, even after Retry. */
	paidTwice: StartEntry[];
	/** Retry named the job and started none. */
	named: StartEntry[];
	/** Retry said that it is not known whether there is a job, and of which item. */
	unknown: StartEntry[];
	/** Still waits: n8n crashed while it fetched results, and goes on at the limit. */
	waiting: StartEntry[];
	/** Didn't go on even after Retry, and none of these tells why. */
	stuck: StartEntry[];
	/** Jobs that only n8n's log names. */
	inLogOnly: string[];
	/** Jobs whose name never reached n8n. */
	nameless: string[];
}

const tells = ({ executions }: StartEntry, words: string) =>
	executions.some(({ error }) => error.includes(words));
const waits = ({ executions, effects }: StartEntry) =>
	effects === 0 && executions.some(({ status }) => status === 'waiting');
const isVisible = ({ status }: Entry) => status === 'crashed' || status === 'error';

/** Counts, presses Retry, ends the jobs that this starts, and counts again. */
export async function accountForStarts(traffic: Traffic, kind: Kind): Promise<StartAccount> {
	const before = await startsOf(traffic, kind);
	const entries = await ledgerOf(traffic.place, traffic.starters[kind]);
	const visible = entries.filter(isVisible);
	await retryAll(traffic.place.api, visible);
	await traffic.settle();

	const starts = await startsOf(traffic, kind);
	const named = starts.filter((start) => tells(start, 'has started the'));
	const unknown = starts.filter((start) => tells(start, 'It is not known whether'));
	const waiting = starts.filter(waits);
	const wiped = visible.filter(({ isWiped }) => isWiped);
	const wipedIds = new Set(wiped.map(({ id }) => id));
	const isLostToN8n = ({ executions, effects }: StartEntry) =>
		effects === 0 && executions.some(({ id }) => wipedIds.has(id));
	const lostToN8n = starts.filter(isLostToN8n);
	const unshown = starts.filter(({ executions }) => executions.length === 0);
	const explained = new Set([...named, ...unknown, ...waiting, ...lostToN8n, ...unshown]);
	// What was wiped names nothing any more.
	const texts = starts.flatMap(({ executions }) => executions.filter(({ isWiped }) => !isWiped));
	const unnamed = starts
		.flatMap(({ jobs }) => jobs)
		.filter((job) => !texts.some(({ text, error }) => `${text}${error}`.includes(shownName(job))));
	const isLogged = (job: string) => traffic.place.logs.includes(shownName(job));
	return {
		starts,
		unshown,
		wiped,
		lostToN8n,
		doubles: before.filter(({ effects }) => effects > 1),
		silent: before.filter(
			(start) =>
				start.effects === 0 &&
				start.executions.length > 0 &&
				!waits(start) &&
				!start.executions.some(isVisible),
		),
		visible,
		paidTwice: starts.filter(({ jobs }) => jobs.length > 1),
		named,
		unknown,
		waiting,
		stuck: starts.filter((start) => start.effects === 0 && !explained.has(start)),
		inLogOnly: unnamed.filter(isLogged),
		nameless: unnamed.filter((job) => !isLogged(job)),
	};
}

/** Prints the account, and insists that nothing was paid for twice, continued twice by itself, lost or left without a name. */
export function checkStarts(what: string, kind: Kind, account: StartAccount): void {
	const { starts, unknown, nameless, unshown, wiped, lostToN8n } = account;
	// Some were emptied before anybody could look: each of these was one of the starts that no execution names.
	const unseen = wiped.filter(({ text }) => labelIn(text) === undefined).length;
	const vanished = Math.max(0, unshown.length - unseen);
	figures(what, {
		starts: starts.length,
		'paid jobs': starts.flatMap(({ jobs }) => jobs).length,
		'paid for twice': account.paidTwice.length,
		'continued twice by itself': account.doubles.length,
		'lost unnoticed': account.silent.length + vanished,
		'visible as crashed in n8n': account.visible.length,
		...(wiped.length > 0
			? {
					'of these without any data': wiped.length,
					'starts that are lost to n8n with its data': lostToN8n.length + unshown.length,
				}
			: {}),
		'of these not brought through or explained by Retry': account.stuck.length,
		'named by Retry instead of started again': account.named.length,
		'of unknown outcome, with the item named by Retry': unknown.length,
		"jobs named in n8n's log alone": account.inLogOnly.length,
		'jobs whose name was lost on its way to n8n': nameless.length,
		'go on at their limit': account.waiting.length,
	});
	expect(vanished).toBe(0);
	expect(account.paidTwice).toEqual([]);
	expect(account.doubles).toEqual([]);
	expect(account.silent).toEqual([]);
	expect(account.stuck).toEqual([]);
	// A batch is found by the mark in its name. Of other jobs, Google has no list; their item is named.
	const items = new Set([...unknown, ...lostToN8n, ...unshown].flatMap(({ jobs }) => jobs));
	expect(nameless.filter((job) => kind === 'batch' || !items.has(job))).toEqual([]);
}
