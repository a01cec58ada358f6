/** The question that 'Check Trigger' puts to a trigger's public URL, as an outsider may try to put it. */
import { openSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import {
	mintQuestion,
	QUESTION_HEADER,
	readAnswer,
} from '../../nodes/shared/delivery/triggerCheck.ts';
import { callWebhooks } from './support/checkTrigger.mts';
import { API_KEY, FOREIGN_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(async () => {
	stage.reset();
	trigger = stage.trigger({ events: ['batch.succeeded'] });
	await trigger.publish();
	stage.emulator.requests.length = 0;
});
afterEach(() => {
	expect(stage.front.thrown).toEqual([]);
	expect(trigger.accepted).toEqual([]);
});
afterAll(() => stage.close());

const path = () => new URL(trigger.url).pathname;
const question = (repair = false, at = Date.now(), where = path(), apiKey = API_KEY) =>
	mintQuestion({ nonce: 'n-1', repair }, where, apiKey, at);

/** What a caller sees. */
async function call(headers: Record<string, string> = {}, url = trigger.url) {
	const response = await fetch(url, { method: 'POST', headers });
	const seen = [...response.headers].filter(([name]) => !['date', 'etag'].includes(name));
	return { status: response.status, headers: seen, body: await response.text() };
}

const writes = () => stage.emulator.requests.filter(({ method }) => method !== 'GET');

test.each([
	['nonsense', () => 'nonsense'],
	['an empty one', () => ''],
	['one that is forged', () => `${question().slice(0, -2)}AA`],
	['one with a foreign key', () => question(true, Date.now(), path(), FOREIGN_KEY)],
	['one for another trigger', () => question(true, Date.now(), '/webhook/other/webhook')],
	['one from an hour ago', () => question(true, Date.now() - 3_600_000)],
	['one from the future', () => question(true, Date.now() + 3_600_000)],
	['one of many bytes', () => 'x'.repeat(8000)],
])('%s is answered as any call that is not proven is, and does nothing', async (_, header) => {
	const plain = await call();
	expect(plain).toMatchObject({ status: 401, body: '{"error":"Unauthorized"}' });
	await callWebhooks(stage, 'PATCH', String(stage.emulator.webhooks.list()[0].id), {
		state: 'disabled',
	});
	stage.emulator.requests.length = 0;
	const before = JSON.stringify(trigger.definition.staticData);
	expect(await call({ [QUESTION_HEADER]: header() })).toEqual(plain);
	expect(stage.emulator.requests).toEqual([]);
	expect(JSON.stringify(trigger.definition.staticData)).toBe(before);
	expect(stage.reasons).toEqual(['header-missing', 'header-missing']);
});

test('an answer holds no secret, and is for who asked', async () => {
	const { status, body } = await call({ [QUESTION_HEADER]: question() });
	expect(status).toBe(200);
	const { answer } = JSON.parse(body) as { answer: string };
	expect(readAnswer(answer, 'n-1', API_KEY)).toMatchObject({ node: 'Trigger', secret: 'usable' });
	expect(readAnswer(answer, 'n-1', FOREIGN_KEY)).toBeUndefined();
	const told = Buffer.from(answer.split('.')[0], 'base64url').toString();
	const { sealedSecret } = trigger.registration;
	for (const secret of [API_KEY, sealedSecret, openSecret(sealedSecret, API_KEY)!.slice(6, 20)]) {
		expect(told).not.toContain(secret);
	}
	expect(stage.log).not.toContain(question().slice(0, 20));
});

test('who repeats a question that was overheard, a repair even, changes nothing about a webhook in order', async () => {
	const overheard = question(true);
	const before = { ...trigger.registration };
	for (let time = 0; time < 5; time++) {
		expect(await call({ [QUESTION_HEADER]: overheard })).toMatchObject({ status: 200 });
	}
	expect(writes()).toEqual([]);
	expect(trigger.registration).toEqual(before);
});

test('without an API key nothing is asked or answered', async () => {
	const asked = question();
	stage.credential.apiKey = '';
	expect(await call({ [QUESTION_HEADER]: asked })).toMatchObject({ status: 401 });
});
