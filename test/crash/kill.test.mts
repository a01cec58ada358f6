/**
 * n8n is killed (kill -9) again and again at random moments, while deliveries come in, jobs are started, and webhooks
 * continue parked executions. Then every job is accounted for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCounter } from '../support/counter.mts';
import type { Counter } from '../support/counter.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { Random } from '../unit/support/random.mts';
import { accountForDeliveries, checkDeliveries } from './support/deliveryAccount.mts';
import { placeOf } from './support/place.mts';
import { restart } from './support/restart.mts';
import { accountForStarts, checkStarts, startsOf } from './support/startAccount.mts';
import { ROUND_MS, Traffic } from './support/traffic.mts';
import { KINDS } from './support/workflows.mts';

const ROUNDS = Number(process.env.CRASH_TEST_ROUNDS ?? 20);
/** Repeats the moments of a run; what n8n does in the meantime is its own. */
const SEED = Number(process.env.CRASH_TEST_SEED ?? Date.now() % 1_000_000);
/** n8n is killed until this long after a round's last call: the executions it started are under way then. Milliseconds. */
const AFTERWARDS_MS = 700;

jest.setTimeout(300_000);

let stage: Stage;
let counter: Counter;
let traffic: Traffic;

beforeAll(async () => {
	const random = new Random(SEED);
	counter = await startCounter(() => random.integer(0, 300));
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
	traffic = await Traffic.open(placeOf(stage), counter);
	let failedStarts = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const calls = traffic.round(random);
		await sleep(random.integer(400, ROUND_MS + AFTERWARDS_MS));
		await stage.n8n.kill();
		await calls;
		failedStarts += await restart(stage.n8n);
	}
	figures('n8n was killed', {
		times: ROUNDS,
		seed: SEED,
		'starts that ended by themselves': failedStarts,
	});
	await traffic.settle();
}, 600_000);

afterAll(async () => {
	await stage?.close();
	await counter?.close();
});

test('a delivery that was acknowledged is put through once; n8n shows what it crashed in, and Retry brings that through', async () => {
	const account = await accountForDeliveries(traffic);
	checkDeliveries(`${ROUNDS} times kill -9 amid deliveries`, account);
});

test.each(KINDS)(
	'the start of a job is paid for once, continued once and named, and Retry brings it through or names it: %s',
	async (kind) => {
		const account = await accountForStarts(traffic, kind);
		checkStarts(`${ROUNDS} times kill -9 amid starts and continuations, ${kind}`, kind, account);
	},
);

test('where n8n crashed between its answer to Google and the last byte of a film, the job goes on at its limit', async () => {
	const isOpen = async () =>
		(await startsOf(traffic, 'video')).some(({ executions }) =>
			executions.some(({ status }) => status === 'waiting'),
		);
	await eventually(async () => !(await isOpen()), { timeoutMs: 200_000, intervalMs: 2000 });
	const late = (await startsOf(traffic, 'video')).filter(({ executions }) =>
		executions.some(({ text }) => text.includes('"timedOut"')),
	);
	figures(`${ROUNDS} times kill -9 amid the fetching of films`, {
		'went on at their limit': late.length,
		'of these without their name': late.filter(({ jobs }) => jobs.length === 0).length,
	});
	expect(late.filter(({ effects }) => effects === 0)).toEqual([]);
});
