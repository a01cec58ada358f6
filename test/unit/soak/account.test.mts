/** The account of `npm run soak` must notice what it is there for: losses, doubles, forgeries, early items, a leak. */
import type { Delivery } from '../../emulator/index.mts';
import type { Effect } from '../../soak/effects.mts';
import { Ledger } from '../../soak/ledger.mts';
import { growth } from '../../soak/memory.mts';
import { judge, objectionTo } from '../../soak/verdict.mts';
import { API_KEY, FOREIGN_KEY } from '../../support/stage.mts';

const TRIGGERS = {
	project: 'http://n8n/webhook/p/webhook',
	requests: 'http://n8n/webhook/r/webhook',
};

/** Google means to deliver a job's end there. */
const delivery = (job: string, url: string, more: Partial<Delivery> = {}) =>
	({ kind: 'dynamic', job, url, project: API_KEY, ...more }) as Delivery;

/** The webhook of a parked execution, with the request in its token. */
function waitingUrl(request: string): string {
	const payload = Buffer.from(JSON.stringify({ m: { request } })).toString('base64url');
	return `http://n8n/webhook-waiting/7/ask?signature=x&job_token=${payload}.mac`;
}

const effect = (label: string, job: string, request = '', more: Partial<Effect> = {}): Effect => ({
	label,
	request,
	job,
	status: 'succeeded',
	error: '',
	time: 0,
	...more,
});
const failedStart = (label: string, request: string) =>
	effect(label, '', request, { status: '', error: 'no quota' });

let ledger: Ledger;
beforeEach(() => {
	ledger = new Ledger(TRIGGERS);
});

const verdict = () => judge(ledger, []);
const ask = (request: string, items: number, labels = ['ask']) =>
	ledger.ask({ request, labels, items, isTaken: true });

describe('after a trigger', () => {
	test('one call for each job is as it should be', () => {
		ledger.readDeliveries([delivery('batches/b1', TRIGGERS.project, { kind: 'static' })]);
		expect(ledger.backlog).toBe(1);
		ledger.note(effect('project', 'b1'));
		expect(ledger.backlog).toBe(0);
		expect(verdict()).toMatchObject({ due: 1, executed: 1, lost: [], duplicated: [], unasked: [] });
	});

	test('none is a loss', () => {
		ledger.readDeliveries([delivery('batches/b1', TRIGGERS.project)]);
		expect(verdict().lost).toEqual(['project b1: 0 of 1']);
	});

	test('two are a double, also when Google delivers twice', () => {
		const twice = delivery('batches/b1', TRIGGERS.project);
		ledger.readDeliveries([twice, twice]);
		ledger.note(effect('project', 'b1'));
		expect(verdict().duplicated).toEqual([]);
		ledger.note(effect('project', 'b1'));
		expect(verdict().duplicated).toEqual(['project b1: 2 times, not 1']);
	});

	test.each([
		['a job that Google never reported', []],
		['a job that was reported to another trigger', [delivery('batches/b1', TRIGGERS.requests)]],
		[
			"another customer's job",
			[delivery('batches/b1', TRIGGERS.project, { project: FOREIGN_KEY })],
		],
		[
			'a job that was only reported by hand',
			[delivery('batches/b1', TRIGGERS.project, { kind: 'manual', project: null })],
		],
	])('one for %s was not asked for', (_, deliveries) => {
		ledger.readDeliveries(deliveries);
		ledger.note(effect('project', 'b1'));
		expect(verdict().unasked).toEqual(['project b1']);
	});
});

describe('after a wait', () => {
	test('each item is due, and each job once', () => {
		ask('ask-1', 2);
		ledger.readDeliveries(['a', 'b'].map((job) => delivery(job, waitingUrl('ask-1'))));
		ledger.note(effect('ask', 'a', 'ask-1'));
		expect(verdict().lost).toEqual(['ask ask-1: 1 of 2', 'job b of ask-1']);
		ledger.note(effect('ask', 'a', 'ask-1'));
		expect(verdict()).toMatchObject({
			lost: ['job b of ask-1'],
			duplicated: ['job a of ask-1: 2 times'],
		});
	});

	test('every label is due', () => {
		ask('twice-1', 1, ['twice-first', 'twice-second']);
		ledger.note(effect('twice-first', 'a', 'twice-1'));
		expect(verdict().lost).toEqual(['twice-second twice-1: 0 of 1']);
	});

	test('a start that failed excuses one job, and no more', () => {
		ask('ask-1', 3);
		ledger.readDeliveries(['a', 'b', 'c'].map((job) => delivery(job, waitingUrl('ask-1'))));
		ledger.note(effect('ask', 'a', 'ask-1'));
		ledger.note(failedStart('ask', 'ask-1'));
		expect(verdict()).toMatchObject({ lost: ['ask ask-1: 2 of 3', 'job c of ask-1'], told: 1 });
	});

	test('a node that starts nothing at all says so once', () => {
		ask('ask-1', 3);
		ledger.note(failedStart('ask', 'ask-1'));
		expect(verdict()).toMatchObject({ lost: [], told: 1 });
		expect(ledger.backlog).toBe(0);
	});

	test('what n8n did not take may come, but not twice', () => {
		ask('ask-1', 1);
		ledger.doubt({ request: 'ask-1', labels: ['ask'], items: 1, isTaken: false });
		expect(verdict().lost).toEqual([]);
		ledger.note(effect('ask', 'a', 'ask-1'));
		expect(verdict().duplicated).toEqual([]);
		ledger.note(effect('ask', 'b', 'ask-1'));
		expect(verdict().duplicated).toEqual(['ask ask-1: 2 times, not 1']);
	});

	test('what a schedule started is due once, known by its job', () => {
		ledger.readDeliveries([delivery('a', waitingUrl('17'))]);
		expect(verdict().lost).toEqual(['schedule 17: 0 of 1', 'job a of 17']);
		ledger.note(effect('schedule', 'a', '17'));
		expect(verdict()).toMatchObject({ lost: [], duplicated: [], unasked: [] });
	});
});

describe('an item', () => {
	const emulator = (state: string) => ({ jobs: { get: () => ({ state }) } }) as never;

	test.each([
		['BATCH_STATE_PENDING', 'succeeded'],
		['in_progress', 'succeeded'],
		['BATCH_STATE_FAILED', 'succeeded'],
		['completed', 'failed'],
	])('of a job that is %s must not come as %s', (state, status) => {
		expect(objectionTo(effect('project', 'a', '', { status }), emulator(state))).toContain(state);
	});

	test.each([
		['BATCH_STATE_SUCCEEDED', 'succeeded'],
		['requires_action', 'requiresAction'],
	])('of a job that is %s may come as %s', (state, status) => {
		expect(objectionTo(effect('project', 'a', '', { status }), emulator(state))).toBeUndefined();
	});
});

test('memory is compared after the warm-up, by medians', () => {
	const samples = [900, 900, 900, 100, 500, 100, 105, 105, 105].map((heap, time) => ({
		time,
		heap,
		rss: heap * 2,
	}));
	expect(growth(samples)).toEqual({
		first: { heap: 500, rss: 1000, samples: 2 },
		last: { heap: 105, rss: 210, samples: 2 },
	});
	expect(growth([]).first.heap).toBeNaN();
});
