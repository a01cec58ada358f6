/** After a run that did everything: in which of n8n's files, and where in its log, are the secrets to be found? */
import { Database } from '../support/database.mts';
import { Everything } from '../support/everything/index.mts';
import { figures } from '../support/figures.mts';
import { findSecrets, secretsIn } from '../support/secretSearch.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(60_000);

const API_KEY = 'AQ.Ab8RN6-Only_For_This-Test.0123456789abcdef';

let stage: Stage;
let done: Everything;
let handedOut: Record<string, string>;

beforeAll(async () => {
	stage = await openStage({ apiKey: API_KEY, env: { N8N_LOG_OUTPUT: 'console,file' } });
	done = new Everything(stage, API_KEY);
	await done.run();
	handedOut = Object.fromEntries(done.handedOut.map(({ name, secret }) => [name, secret]));
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

test('the run did what it should', () => {
	const count = (wanted: string) =>
		done.executions.filter(({ status }) => status === wanted).length;
	const all = Object.values({ ...done.secrets, ...handedOut });
	figures('executions with secrets at hand', {
		successful: count('success'),
		failed: count('error'),
		'secrets searched for': all.length,
	});
	expect(count('success')).toBeGreaterThan(12);
	expect(count('error')).toBeGreaterThan(5);
	expect(all.filter((secret) => secret.length < 20)).toEqual([]);
	expect(new Set(all).size).toBe(all.length);
	expect(done.resumeToken.length).toBeGreaterThan(20);
	// The answers did repeat the key: the errors say where.
	expect(done.errors.filter((error) => error.includes('[hidden]')).length).toBeGreaterThan(5);
});

test("no secret is in any of n8n's files: database, its write-ahead log, settings, logs, binary data", async () => {
	const { userFolder } = stage.n8n;
	expect(findSecrets(userFolder, done.secrets)).toEqual([]);
	// What is meant to be there is found, in the same way.
	const found = findSecrets(userFolder, { canary: done.canary });
	expect(found).toContain('canary, as it is, in .n8n/database.sqlite-wal');
	await stage.n8n.restart();
	expect(findSecrets(userFolder, done.secrets)).toEqual([]);
});

test("no secret is in n8n's log", () => {
	const { logs } = stage.n8n;
	expect(secretsIn(logs, { ...done.secrets, ...handedOut, 'the token': done.resumeToken })).toEqual(
		[],
	);
	expect(logs).toContain('signature-mismatch');
});

test("the only exception: a secret that the Gemini Webhook node handed out is in that execution's data, and nowhere else", () => {
	const database = new Database(stage.n8n);
	try {
		const places = database.tables.flatMap((table) =>
			database.rows<{ executionId?: number }>(`SELECT * FROM "${table}"`).flatMap((row) => {
				const text = JSON.stringify(row);
				const shown = done.handedOut.filter(({ secret }) => text.includes(secret));
				return shown.map(({ name }) => `${name} in ${table} of ${row.executionId}`);
			}),
		);
		const expected = done.handedOut.map(
			({ name, executionId }) => `${name} in execution_data of ${executionId}`,
		);
		expect(places.sort()).toEqual(expected.sort());
	} finally {
		database.close();
	}
});

test("n8n's own token of a waiting execution is in no item", async () => {
	const executions = await Promise.all(
		(
			await stage.api.request<{ results: Array<{ id: string }> }>('GET', '/executions?limit=100')
		).results.map(async ({ id }) => await stage.api.execution(id)),
	);
	const runs = executions.flatMap(({ data }) => Object.values(data.resultData.runData).flat());
	expect(runs.length).toBeGreaterThan(30);
	expect(JSON.stringify(runs.map(({ data }) => data))).not.toContain(done.resumeToken);
});
