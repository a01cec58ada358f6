/** Thousands of forged deliveries at a real n8n: none starts or continues anything, and none leaves a trace in its database. */
import { finishBatch, succeeded, triggerUrl } from '../support/deliveries.mts';
import { changedTables, Database } from '../support/database.mts';
import { figures } from '../support/figures.mts';
import { forge, forgeries } from '../support/forgeries.mts';
import { parkedBatch } from '../support/parked.mts';
import type { ParkedBatch } from '../support/parked.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(240_000);

/** Forged deliveries of each kind to each target. */
const EACH = 400;
const AT_ONCE = 8;
const KINDS = forgeries.all.filter(({ what }) =>
	[
		'no signature',
		'a random HMAC',
		'an HMAC under a random secret',
		'an Ed25519 signature with a random key',
	].includes(what),
);

let stage: Stage;
let database: Database;
let project: { workflowId: string; url: string };
let requests: { workflowId: string; url: string };
let parked: ParkedBatch;

beforeAll(async () => {
	stage = await openStage({
		settings: { batchDurationMs: null },
		// n8n prepares a runtime for expressions for every call unless told otherwise, ten times the cost of all else.
		env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
	});
	const publish = async (file: string) => {
		const workflowId = await stage.saveExample(file);
		await stage.api.publish(workflowId);
		return { workflowId, url: await triggerUrl(stage, workflowId) };
	};
	project = await publish('4-all-jobs-of-the-project.json');
	requests = await publish('3-when-a-batch-finishes.json');
	parked = await parkedBatch(stage);
	database = new Database(stage.n8n);
}, 300_000);

afterAll(async () => {
	database?.close();
	await stage?.close();
});

const keyFetches = () => stage.emulator.requests.filter(({ path }) => path.includes('jwks')).length;

/** @returns how many answers there were of each status */
async function flood(urls: string[], each: number): Promise<Record<number, number>> {
	const queue = Array.from({ length: each }, () =>
		KINDS.flatMap((kind) => urls.map((url) => ({ kind, url }))),
	).flat();
	const counts: Record<number, number> = {};
	const worker = async () => {
		for (let next = queue.pop(); next; next = queue.pop()) {
			const { status } = await forge(next.kind, next.url);
			counts[status] = (counts[status] ?? 0) + 1;
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return counts;
}

test('forged deliveries get 401, start nothing, write nothing and fetch the keys once in 30 s', async () => {
	const urls = [project.url, requests.url, parked.url];
	// Whatever n8n still has to write about the workflows themselves.
	await flood(urls, 5);
	const before = { version: database.version, digests: database.digests(), fetches: keyFetches() };
	const started = Date.now();
	const counts = await flood(urls, EACH);
	const seconds = (Date.now() - started) / 1000;
	const changed = changedTables(before.digests, database.digests());
	const fetches = keyFetches() - before.fetches;
	const sent = EACH * KINDS.length * urls.length;
	figures('a flood of forged deliveries', {
		sent: sent,
		'a second': Math.round(sent / seconds),
		'answered 401': counts[401] ?? 0,
		'key fetches': fetches,
		'tables changed': changed.length,
		'lines in the log': stage.n8n.logs.split('did not').length - 1,
	});
	expect(counts).toEqual({ 401: sent });
	expect(changed).toEqual([]);
	expect(database.version).toBe(before.version);
	expect(fetches).toBeLessThanOrEqual(1 + Math.floor(seconds / 30));
});

test('in the middle of a flood, genuine deliveries start and continue what they are for, once', async () => {
	const { api, emulator } = stage;
	let isOver = false;
	const flooding = flood([project.url, requests.url], EACH / 2).finally(() => {
		isOver = true;
	});
	const jobId = await finishBatch(emulator);
	const answer = await emulator.send({ url: requests.url, event: succeeded(jobId) });
	expect(answer.status).toBe(202);
	emulator.jobs.complete(parked.jobId);
	const continued = await api.waitForExecution({
		workflowId: parked.workflowId,
		status: 'success',
		timeoutMs: 60_000,
	});
	expect(continued.id).toBe(parked.executionId);
	for (const { workflowId } of [project, requests]) {
		await api.waitForExecution({ workflowId, status: 'success', timeoutMs: 60_000 });
	}
	expect(isOver).toBe(false);
	const counts = await flooding;
	expect(Object.keys(counts)).toEqual(['401']);
	for (const { workflowId } of [project, requests, parked]) {
		expect(await api.executions({ workflowId })).toHaveLength(1);
	}
});
