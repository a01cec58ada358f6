/** Floods of forged deliveries: what they cost the node, and what they keep from nobody else. */
import { mintQuestion, QUESTION_HEADER } from '../../nodes/shared/delivery/triggerCheck.ts';
import { forge, forgeries } from '../support/forgeries.mts';
import type { Forgery } from '../support/forgeries.mts';
import { logLines } from './support/container.mts';
import { finishedJob } from './support/jobs.mts';
import { API_KEY, NEW_KEY, Stage } from './support/stage.mts';

const EVENTS = ['batch.succeeded'];
const TURNED_AWAY = { status: 401, body: '{"error":"Unauthorized"}' };
const EACH = 100;

let stage: Stage;
/** How often the credential was read, which n8n does from its database. */
let credentialReads = 0;

beforeEach(async () => {
	// A stage of its own for each test: Google's keys are kept by its address.
	stage = await Stage.open();
	const fields = stage.credential;
	credentialReads = 0;
	Object.defineProperty(stage, 'credential', {
		configurable: true,
		get: () => {
			credentialReads += 1;
			return fields;
		},
	});
	logLines.length = 0;
});
afterEach(async () => {
	expect(stage.front.thrown).toEqual([]);
	await stage.close();
});

/** A URL of each kind that strangers may learn; and how to send the genuine delivery that it waits for. */
const targets: Array<[string, () => Promise<{ url: string; genuine: () => Promise<number> }>]> = [
	[
		"a trigger for the project's jobs",
		async () => {
			const trigger = stage.trigger({ events: EVENTS });
			await trigger.publish();
			await finishedJob(stage);
			return { url: trigger.url, genuine: async () => (await stage.deliver()).status! };
		},
	],
	[
		'a trigger for jobs started from n8n',
		async () => {
			const { url } = stage.trigger({ listenTo: 'requests', events: EVENTS });
			await finishedJob(stage, { uris: [url] });
			return { url, genuine: async () => (await stage.deliver()).status! };
		},
	],
	[
		'a waiting execution',
		async () => {
			await stage.runBatch();
			const [{ name }] = stage.emulator.jobs.list();
			stage.emulator.jobs.complete(name);
			const [{ url }] = stage.emulator.deliveries;
			return { url, genuine: async () => (await stage.deliver()).status! };
		},
	],
];

/** Sends each forgery many times over, four at a time. */
async function flood(url: string, kinds: Forgery[]): Promise<unknown[]> {
	const queue = kinds.flatMap((kind) => Array<Forgery>(EACH).fill(kind));
	const answers: unknown[] = [];
	const worker = async () => {
		for (let kind = queue.pop(); kind; kind = queue.pop()) answers.push(await forge(kind, url));
	};
	await Promise.all(Array.from({ length: 4 }, worker));
	return answers;
}

describe.each(targets)('%s', (_, target) => {
	test('turns away what can be no delivery before anything is decrypted or asked', async () => {
		const { url, genuine } = await target();
		credentialReads = 0;
		stage.emulator.requests.length = 0;
		const answers = await flood(url, forgeries.ofHeaders);
		expect(answers).toEqual(Array(answers.length).fill(TURNED_AWAY));
		expect(answers).toHaveLength(EACH * forgeries.ofHeaders.length);
		expect(credentialReads).toBe(0);
		expect(stage.emulator.requests).toEqual([]);
		expect([200, 202]).toContain(await genuine());
	});

	test('turns away wrong signatures, reads its credential once a second for it, and lets a genuine delivery in', async () => {
		const { url, genuine } = await target();
		credentialReads = 0;
		stage.emulator.requests.length = 0;
		const started = Date.now();
		const before = await flood(url, forgeries.ofSignature);
		const seconds = Math.ceil((Date.now() - started) / 1000);
		expect(before).toEqual(Array(before.length).fill(TURNED_AWAY));
		// Several come at once when a second begins.
		expect(credentialReads).toBeLessThanOrEqual(4 * (seconds + 1));
		expect(stage.calls(/jwks/).length).toBeLessThanOrEqual(1 + seconds / 30);
		expect(stage.calls(/\/v1beta\//)).toEqual([]);
		const [status, after] = await Promise.all([genuine(), flood(url, forgeries.ofSignature)]);
		expect([200, 202]).toContain(status);
		// What waits no longer answers n8n itself.
		const statuses = new Set((after as Array<{ status: number }>).map((one) => one.status));
		expect([...statuses].filter((one) => ![401, 409].includes(one))).toEqual([]);
		expect(statuses).toContain(401);
	});

	test('says in the log why, in five lines of a minute for each reason', async () => {
		const { url } = await target();
		await flood(url, forgeries.all);
		const counts = new Map<unknown, number>();
		for (const reason of stage.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
		expect(counts).toEqual(new Map([...counts.keys()].map((reason) => [reason, 5])));
		// Where there is no secret, an HMAC fails for want of one.
		counts.delete('secret-missing');
		expect([...counts.keys()].sort()).toEqual(
			[...new Set(forgeries.all.map(({ reason }) => reason))].sort(),
		);
	});
});

test('questions for a check that nobody signed have the credential read once a second, and learn nothing', async () => {
	const trigger = stage.trigger({ events: EVENTS });
	await trigger.publish();
	const { pathname } = new URL(trigger.url);
	const asked = { nonce: 'n', repair: true };
	const question = (apiKey: string) => mintQuestion(asked, pathname, apiKey, Date.now());
	const ask = async (header: string) => {
		const headers = { [QUESTION_HEADER]: header, 'content-type': 'application/json' };
		const response = await fetch(trigger.url, { method: 'POST', headers, body: '{}' });
		return { status: response.status, body: await response.text() };
	};
	credentialReads = 0;
	stage.emulator.requests.length = 0;
	const started = Date.now();
	for (let sent = 0; sent < 200; sent++) {
		for (const header of ['', 'x', question('nobody'), question(API_KEY).slice(0, -1)]) {
			expect(await ask(header)).toEqual(TURNED_AWAY);
		}
	}
	const seconds = Math.ceil((Date.now() - started) / 1000);
	expect(credentialReads).toBeLessThanOrEqual(seconds + 1);
	expect(stage.emulator.requests).toEqual([]);
	expect(await ask(question(API_KEY))).toMatchObject({ status: 200 });
});

test('a minute later the log tells how many there were', async () => {
	const { url } = stage.trigger({ listenTo: 'requests', events: EVENTS });
	const [unsigned] = forgeries.ofHeaders;
	await flood(url, [unsigned]);
	const now = jest.spyOn(Date, 'now');
	now.mockImplementation(() => performance.timeOrigin + performance.now() + 61_000);
	try {
		await forge(unsigned, url);
	} finally {
		now.mockRestore();
	}
	expect(logLines.at(-1)).toMatchObject({
		message: `Gemini Webhook Trigger did not accept a delivery: header-missing (${EACH - 5} more since the last line that says so)`,
		meta: { reason: 'header-missing', leftOut: EACH - 5 },
	});
});

test('a credential that was corrected is used a second after a rejection', async () => {
	const { url } = stage.trigger({ listenTo: 'requests', events: EVENTS });
	await finishedJob(stage, { uris: [url] });
	const { credential } = stage;
	const { baseUrl } = credential;
	const elsewhere = await Stage.open();
	try {
		credential.baseUrl = elsewhere.emulator.url;
		expect(await stage.deliver()).toMatchObject({ status: 401 });
		Object.assign(credential, { baseUrl, apiKey: NEW_KEY });
		const statuses = [];
		for (let sent = 0; sent < 5; sent++) {
			statuses.push((await stage.deliver()).status);
			await new Promise((resolve) => setTimeout(resolve, 400));
		}
		expect(statuses[0]).toBe(401);
		expect(statuses).toContain(202);
	} finally {
		await elsewhere.close();
	}
	expect(stage.log).not.toContain(API_KEY);
});
