/**
 * n8n is killed (kill -9) again and again at random moments, while deliveries come in, jobs are started, and webhooks
 * continue parked executions. Then every job is accounted for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { Random } from '../unit/support/random.mts';
import { jobIn, jobsByLabel, labelIn, ledgerOf, shownName } from './support/ledger.mts';
import type { Entry } from './support/ledger.mts';
import { ROUND_MS, Traffic } from './support/traffic.mts';
import { KINDS } from './support/workflows.mts';
import type { Kind } from './support/workflows.mts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 24);
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
/** n8n is killed until this long after a round's last call: the executions it started are under way then. Milliseconds. */
const AFTERWARDS_MS = 700;

jest.setTimeout(300_000);

let stage: Stage;
let traffic: Traffic;

beforeAll(async () => {
	const random = new Random(SEED);
	stage = await openStage({
		settings: {
			batchDurationMs: null,
			interactionDurationMs: null,
			retryFirstMs: 300,
			retryMaxMs: 2000,
			filmBytes: 200_000,
		},
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' },
	});
	const { faults } = stage.emulator;
	// The request takes effect in the middle, so that some kills fall before it and some between it and its answer.
	const create = /:batchGenerateContent$|\/interactions$/;
	faults.add({ method: 'POST', path: create, delayMs: 100, slowBodyMs: 200, times: null });
	faults.add({ path: /:download/, slowBodyMs: 400, times: null });
	traffic = await Traffic.open(stage);
	traffic.effects.holdMs = () => random.integer(0, 300);
	for (let round = 0; round < ROUNDS; round++) {
		const calls = traffic.round(random);
		await sleep(random.integer(0, ROUND_MS + AFTERWARDS_MS));
		await stage.n8n.kill();
		await calls;
		await stage.n8n.restart().catch((e) => {
			require('fs').writeFileSync('/tmp/probe/n8n.log', stage.n8n.logs);
			throw e;
		});
	}
	await traffic.settle();
}, 600_000);

afterAll(async () => {
	await stage?.close();
	await traffic?.effects.close();
});

const crashed = (entries: Entry[]) => entries.filter(({ status }) => status === 'crashed');

test('a delivery that was acknowledged is put through once, or n8n shows it as crashed and Retry brings it through', async () => {
	const { effects, reported } = traffic;
	const isAcknowledged = (job: string) =>
		stage.emulator.deliveries.some((one) => one.job === job && one.state === 'delivered');
	await eventually(() => reported.every(isAcknowledged), { timeoutMs: 60_000 });
	const before = await ledgerOf(stage, traffic.receiver);
	const lost = crashed(before);
	const shown = new Set(lost.map(({ text }) => jobIn(text)));
	const missing = reported.filter((job) => effects.of(job) === 0);
	const doubles = reported.filter((job) => effects.of(job) > 1);
	const silent = missing.filter((job) => !shown.has(job));

	const counts = new Map(reported.map((job) => [job, effects.of(job)]));
	for (const { id } of lost) await stage.api.retry(id);
	const after = await ledgerOf(stage, traffic.receiver);
	const stillMissing = reported.filter((job) => effects.of(job) === 0);
	const again = reported.filter((job) => effects.of(job) > Math.max(1, counts.get(job)!));
	figures(`${ROUNDS} times kill -9 amid deliveries (seed ${SEED})`, {
		'jobs reported': reported.length,
		'attempts at delivery': stage.emulator.deliveries
			.filter(({ job }) => reported.includes(job!))
			.reduce((sum, { attempts }) => sum + attempts.length, 0),
		executions: before.length,
		'lost unnoticed': silent.length,
		doubles: doubles.length,
		'visible as crashed in n8n': lost.length,
		'of these not past the trigger': missing.length,
		'not past the trigger after Retry': stillMissing.length,
		'repeated by Retry though their effect had been there': again.length,
	});
	expect(silent).toEqual([]);
	expect(doubles).toEqual([]);
	expect(stillMissing).toEqual([]);
	// Only what a person repeats comes again, and only if it had been lost in the middle.
	expect(again.filter((job) => !shown.has(job))).toEqual([]);
	expect(after.filter(({ status }) => !['success', 'crashed'].includes(status))).toEqual([]);
});

/** What became of the starts of one kind: of each label, its executions, its paid jobs and its effects. */
async function accounts(kind: Kind) {
	const entries = await ledgerOf(stage, traffic.starters[kind]);
	const jobs = jobsByLabel(stage);
	const labels = [...new Set(entries.map(({ text }) => labelIn(text)!))];
	return {
		entries,
		starts: labels.map((label) => ({
			label,
			own: entries.filter(({ text }) => labelIn(text) === label),
			jobs: jobs.get(label) ?? [],
			effects: traffic.effects.of(label),
		})),
	};
}

describe.each(KINDS)('%s: a start', (kind) => {
	test('is paid for once, continued once, and named, whatever n8n crashed in; Retry brings it through or names it', async () => {
		const { entries, starts } = await accounts(kind);
		const taken = [...traffic.started].filter((label) => label.startsWith(kind));
		const known = new Set(starts.map(({ label }) => label));
		const paidTwice = starts.filter(({ jobs }) => jobs.length > 1);
		const doubles = starts.filter(({ effects }) => effects > 1);
		const lost = crashed(entries);
		const open = starts.filter(({ effects }) => effects === 0);
		const silent = open.filter(({ own }) => !own.some(isVisible));

		for (const { id } of lost) await stage.api.retry(id).catch(() => undefined);
		await traffic.settle();
		const after = await accounts(kind);
		const paidAgain = after.starts.filter(({ jobs }) => jobs.length > 1);
		const named = (job: string) =>
			after.entries.some(({ text, error }) => `${text} ${error}`.includes(shownName(job)));
		const logged = (job: string) => stage.n8n.logs.includes(shownName(job));
		const jobs = after.starts.flatMap(({ jobs }) => jobs);
		const unnamed = jobs.filter((job) => !named(job));
		const inLogOnly = unnamed.filter(logged);
		const itemOnly = unnamed.filter((job) => !logged(job));
		const unsure = after.starts.filter(({ own }) =>
			own.some(({ error }) => error.includes('It is not known whether')),
		);
		const refused = after.starts.filter(({ own }) =>
			own.some(({ error }) => error.includes('has started')),
		);
		const waiting = after.starts.filter(
			({ own, effects }) => effects === 0 && own.some(({ status }) => status === 'waiting'),
		);
		const stuck = after.starts.filter(
			(start) => start.effects === 0 && ![...unsure, ...refused, ...waiting].includes(start),
		);
		figures(`the same kills amid starts and continuations of a ${kind} (seed ${SEED})`, {
			starts: starts.length,
			'paid jobs': jobs.length,
			'paid twice': paidAgain.length,
			'continued twice by itself': doubles.length,
			'lost unnoticed': silent.length,
			'visible as crashed in n8n': lost.length,
			'Retry named the job instead of starting it again': refused.length,
			'Retry said that it is not known, and of which item': unsure.length,
			"named in n8n's log alone": inLogOnly.length,
			'answer of the start lost in the crash, item named': itemOnly.length,
			'wait for their limit': waiting.length,
		});
		expect(taken.filter((label) => !known.has(label))).toEqual([]);
		expect([...paidTwice, ...paidAgain]).toEqual([]);
		expect(doubles).toEqual([]);
		expect(silent).toEqual([]);
		expect(stuck).toEqual([]);
		// Only a job whose name never reached n8n has none, and then n8n says of which item that is.
		const items = new Set(unsure.flatMap(({ jobs }) => jobs));
		expect(itemOnly.filter((job) => kind === 'batch' || !items.has(job))).toEqual([]);
	});
});

const isVisible = ({ status }: Entry) => ['crashed', 'error', 'waiting'].includes(status);

test('what Google was told to be taken, and n8n crashed before it had fetched, goes on at the limit with its name', async () => {
	await eventually(
		async () => {
			const { starts } = await accounts('video');
			const open = starts.filter(
				({ own, effects }) => effects === 0 && own.some(({ status }) => status === 'waiting'),
			);
			return open.length === 0;
		},
		{ timeoutMs: 200_000, intervalMs: 2000 },
	);
	const { entries } = await accounts('video');
	const late = entries.filter(({ text }) => text.includes('"timedOut"'));
	figures(`the same kills amid the fetching of films (seed ${SEED})`, {
		'went on at their limit': late.length,
	});
	for (const { text } of late) expect(text).toMatch(/"jobId":"v1_/);
});
