import type { IExecuteFunctions } from 'n8n-workflow';
import {
	currentStart,
	noteOthersStart,
	noteStart,
	startedJobs,
	startMark,
	unsentStarts,
} from '../../../../nodes/shared/jobs/startOnce';

describe('currentStart', () => {
	/** The little that is asked of n8n: its memory of the node lives as long as the execution. */
	function execution({ id = '7', isTool = false } = {}) {
		const memory: Record<string, unknown> = {};
		const state = { run: 0, id };
		const context = {
			isToolExecution: () => isTool,
			getContext: () => memory,
			getWorkflowDataProxy: () => ({ $runIndex: state.run }),
			getExecutionId: () => state.id,
			getMode: () => 'webhook',
		} as unknown as IExecuteFunctions;
		return {
			context,
			state,
			memory,
			start: (name = 'Reviews') => currentStart(context, name),
			note: (progress: Parameters<typeof noteStart>[2]) =>
				noteStart(context, { key: '0' }, progress),
			started: () => startedJobs(context),
			startOf: (key: string) => currentStart(context, 'Reviews', key),
		};
	}

	it('keeps its nonce and its name when the node is tried again', () => {
		const { start } = execution();
		const first = start('Reviews 1');
		expect(first.displayName).toBe(`Reviews 1 [n8n ${first.nonce.slice(0, 8)}]`);
		expect(start('Reviews 2')).toEqual(first);
	});

	it('remembers how far it has come', () => {
		const { start, note } = execution();
		const { nonce } = start();
		note({ isUnknown: true });
		expect(start()).toMatchObject({ nonce, isUnknown: true, jobId: null });
		note({ jobId: 'batches/x' });
		expect(start()).toMatchObject({ nonce, jobId: 'batches/x' });
	});

	it('is known to the execution that repeats another one, finished or not', () => {
		const { start, state, note } = execution();
		const { nonce } = start();
		note({ jobId: 'batches/x' });
		state.id = '8';
		expect(start()).toMatchObject({ nonce, jobId: 'batches/x', otherExecution: true });
		note({ isDone: true });
		state.id = '9';
		expect(start()).toMatchObject({ nonce, jobId: 'batches/x', otherExecution: true });
	});

	it('is a new one in the next run of a loop, and in an execution of its own', () => {
		const { start, state, note } = execution();
		const first = start();
		note({ jobId: 'batches/x', isDone: true });
		state.run = 1;
		const second = start();
		const third = execution({ id: '8' }).start();
		expect([second, third].map(({ jobId }) => jobId)).toEqual([null, null]);
		expect(new Set([first, second, third].map(({ nonce }) => nonce)).size).toBe(3);
	});

	it('is one of its own for each key', () => {
		const { startOf, note } = execution();
		const [first, second] = [startOf('0'), startOf('1')];
		note({ jobId: 'batches/x' });
		expect(first.nonce).not.toBe(second.nonce);
		expect([startOf('0').jobId, startOf('1').jobId]).toEqual(['batches/x', null]);
	});

	it("is a new one in each of a tool's calls", () => {
		const { start } = execution({ isTool: true });
		const starts = [start(), start()];
		expect(starts[0].nonce).not.toBe(starts[1].nonce);
	});

	it("is named among those that were started, a tool's in its own call alone", () => {
		for (const isTool of [false, true]) {
			const { start, note, started, memory } = execution({ isTool });
			start();
			expect(started()).toEqual([]);
			note({ jobId: 'batches/x' });
			expect(started()).toEqual([{ name: 'batches/x', isKnown: true, isOthers: false }]);
			expect('starts' in memory).toBe(!isTool);
		}
	});

	it("is told from another run's, which nobody takes over", () => {
		const { context, start, started } = execution();
		const { displayName } = start();
		noteOthersStart(context, { key: '0' }, { isUnknown: true });
		expect(started()).toEqual([{ name: displayName, isKnown: false, isOthers: true }]);
		expect(start()).toMatchObject({ isOthers: true, otherExecution: true });
		noteOthersStart(context, { key: '0' }, { jobId: 'batches/x' });
		expect(started()).toEqual([{ name: 'batches/x', isKnown: true, isOthers: true }]);
	});

	it('is free again only as long as it was noted, and neither sent nor known', () => {
		const { context, start, note } = execution();
		const { nonce } = start();
		expect(unsentStarts(context)).toEqual([]);
		note({ isClaimed: true });
		expect(unsentStarts(context)).toEqual([{ key: '0', nonce }]);
		note({ isUnknown: true });
		expect(unsentStarts(context)).toEqual([]);
		note({ isUnknown: false });
		expect(unsentStarts(context)).toEqual([{ key: '0', nonce }]);
		note({ jobId: 'batches/x' });
		expect(unsentStarts(context)).toEqual([]);
	});

	it('marks a display name', () => {
		expect(startMark('0a1b2c3d-4e5f-6789')).toBe('[n8n 0a1b2c3d]');
	});
});
