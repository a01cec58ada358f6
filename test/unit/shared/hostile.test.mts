import { isDeepStrictEqual } from 'node:util';
import {
	claimedNonce,
	mintCallbackToken,
	readCallbackToken,
} from '../../../nodes/shared/delivery/callbackToken';
import { EVENT_TYPES, parseEnvelope } from '../../../nodes/shared/delivery/envelope';
import { signingKey } from '../../../nodes/shared/delivery/hmac';
import { parseKeySet } from '../../../nodes/shared/delivery/keySet';
import { KeySetCache } from '../../../nodes/shared/delivery/keySetCache';
import { openSecret } from '../../../nodes/shared/delivery/sealedSecret';
import { failureFromAnswer, failureFromError } from '../../../nodes/shared/gemini/failure';
import {
	describeBatch,
	describeInteraction,
	describeOperation,
	describeVideoInteraction,
} from '../../../nodes/shared/jobs/describe';
import { json } from '../../../nodes/shared/json';
import {
	ed25519Entry,
	ed25519Keys,
	headersOf,
	hmacEntry,
	jwt,
	NOW,
	readAndAuthenticate,
	rsaKeys,
	SECRET,
} from '../support/deliveries.mts';
import { Random } from '../support/random.mts';

/** Whatever comes from outside: nothing throws, and nothing that nobody signed is accepted. */
const ROUNDS = 2000;
const API_KEY = 'AIzaSyExampleExampleExampleExample01234';
const PATH = '/webhook/x/webhook';
const google = ed25519Keys();
const rsa = rsaKeys('r1');
const STATUSES = [
	'pending',
	'running',
	'requiresAction',
	'succeeded',
	'partlyFailed',
	'blocked',
	'failed',
	'expired',
	'cancelled',
	'incomplete',
	'unknown',
];

/** Calls `check` with a generator of its own for each round, and says which round went wrong. */
async function rounds(check: (random: Random, round: number) => unknown): Promise<void> {
	for (let round = 0; round < ROUNDS; round++) {
		try {
			await check(new Random(round), round);
		} catch (error) {
			throw new Error(`Round ${round}: ${String(error)}`, { cause: error });
		}
	}
}

/** jest's `expect` takes too long to be asked some ten thousand times. */
function must(condition: boolean, what: string): void {
	if (!condition) throw new Error(`Not so: ${what}`);
}

/** A body: bytes, text or JSON, now and then a good one that was spoiled. */
function hostileBody(random: Random): Buffer {
	const id = random.pick<unknown>([
		'batches/x',
		'../x',
		'x'.repeat(600),
		random.json(),
		'__proto__',
	]);
	const good = {
		type: random.pick([...EVENT_TYPES, '__proto__', 'batch.constructor', 'batch.valueOf']),
		timestamp: '2026-11-23T08:00:00Z',
		data: random.spoil({ id, output_file_uri: 'files/x', error_code: 3, user_metadata: { a: 1 } }),
	};
	return random.pick([
		() => random.bytes(random.integer(0, 200)),
		() => Buffer.from(random.text(random.integer(0, 200))),
		() => Buffer.from(JSON.stringify(random.json()) ?? ''),
		() => Buffer.from(JSON.stringify(random.spoil(good))),
	])();
}

it('parseEnvelope', async () => {
	let events = 0;
	await rounds((random) => {
		const event = parseEnvelope(hostileBody(random));
		if (!event) return;
		events++;
		expect(STATUSES).toContain(event.status);
		expect([null, 'batch', 'interaction', 'video']).toContain(event.jobType);
		if (event.jobId !== null) {
			const url = new URL(`https://api.example/v1beta/${event.jobId}`);
			expect(url.pathname).toBe(`/v1beta/${event.jobId}`);
			expect(url.search + url.hash).toBe('');
			expect(event.jobId).not.toMatch(/\/$|\/\/|^$/);
		}
		expect(Object.values(event.metadata).every((value) => typeof value === 'string')).toBe(true);
	});
	expect(events).toBeGreaterThan(ROUNDS / 10);
});

it('readCallbackToken and claimedNonce', async () => {
	const good = mintCallbackToken(
		{ nonce: 'n', path: PATH, metadata: { a: '1' } },
		API_KEY,
		Date.now(),
	);
	await rounds((random) => {
		const [payload, mac] = good.split('.');
		const token = random.pick<() => unknown>([
			() => random.text(random.integer(0, 300)),
			() => random.json(),
			() => `${random.bytes(60).toString('base64url')}.${random.bytes(32).toString('base64url')}`,
			() => `${Buffer.from(JSON.stringify(random.json()) ?? '').toString('base64url')}.${mac}`,
			() => `${payload}.${random.bytes(32).toString('base64url')}`,
			() => `${payload}${random.text(1)}.${mac}`,
			() => good.slice(0, random.integer(0, good.length - 1)),
			() => good + random.text(random.integer(1, 5)),
		])();
		expect(readCallbackToken(token, PATH, API_KEY, Date.now())).toBeUndefined();
		expect(['string', 'undefined']).toContain(typeof claimedNonce(token));
	});
	expect(readCallbackToken(good, PATH, API_KEY, Date.now())).toBeDefined();
});

it('parseKeySet', async () => {
	await rounds((random) => {
		const key = () =>
			random.pick<unknown>([random.spoil(google.jwk), random.spoil(rsa.jwk), random.json()]);
		const keys = Array.from({ length: random.integer(0, 4) }, key);
		const set = parseKeySet(
			random.pick<unknown>([random.json(), { keys }, { keys: random.json() }]),
		);
		if (!set) return;
		expect(set.ed25519.length + set.rsa.size).toBeGreaterThan(0);
		expect(set.ed25519.every((one) => one.asymmetricKeyType === 'ed25519')).toBe(true);
		expect([...set.rsa.values()].every((one) => one.asymmetricKeyType === 'rsa')).toBe(true);
		expect([...set.ed25519, ...set.rsa.values()].every((one) => one.type === 'public')).toBe(true);
	});
});

it('authenticate', async () => {
	const body = Buffer.from('{"type":"batch.succeeded"}');
	const cache = new KeySetCache();
	const judge = async (headers: Record<string, unknown>, content: Buffer) =>
		await readAndAuthenticate(headers as never, content, {
			cache,
			fetchKeySet: async () => await Promise.resolve({ keys: [google.jwk, rsa.jwk] }),
			secrets: [signingKey(SECRET)!],
			now: NOW,
			toleranceSeconds: 300,
			allowJwt: true,
		});
	const signatures = [hmacEntry({ body }), ed25519Entry(google, { body })];
	const reasons = new Set<string>();
	await rounds(async (random) => {
		const signature = random.pick<() => unknown>([
			() => random.text(random.integer(0, 100)),
			() => random.json(),
			() => `v1,${random.bytes(32).toString('base64')}`,
			() => `v1a,${random.bytes(64).toString('base64')}`,
			() => `${random.text(3)},${random.bytes(32).toString('base64')}`,
			() => Array.from({ length: 3 }, () => random.bytes(20).toString('base64url')).join('.'),
			() =>
				random.pick(signatures).replace(/,.{5}/, `,${random.bytes(3).toString('hex').slice(1)}`),
			() => jwt(rsa, { header: random.spoil({ alg: 'none', kid: 'r1' }) }).slice(0, -4),
		])();
		const headers: Record<string, unknown> = headersOf('', {});
		headers['webhook-signature'] = signature;
		if (random.next() < 0.2) headers['webhook-timestamp'] = random.json();
		if (random.next() < 0.2) headers['webhook-id'] = random.json();
		const verdict = await judge(headers, body);
		expect(verdict.ok).toBe(false);
		if (!verdict.ok) reasons.add(verdict.reason);
	});
	// Good signatures, and a body or an id that they were not made for.
	await rounds(async (random) => {
		const other =
			random.next() < 0.5 ? hostileBody(random) : Buffer.concat([body, random.bytes(1)]);
		const verdict = await judge(headersOf(random.pick(signatures)), other);
		expect(verdict).toEqual({ ok: false, reason: 'signature-mismatch' });
	});
	for (const signature of signatures) {
		expect(await judge(headersOf(signature), body)).toMatchObject({ ok: true });
	}
	expect(reasons.size).toBeGreaterThan(4);
});

it('failureFromAnswer and failureFromError', async () => {
	await rounds((random) => {
		const detail = () =>
			random.spoil({ '@type': 'google.rpc.RetryInfo', retryDelay: '5s', reason: API_KEY });
		const error = random.spoil({
			code: 400,
			status: 'INVALID_ARGUMENT',
			message: `${random.text(random.integer(0, 1100))}${API_KEY}${random.text(20)}`,
			details: [detail(), detail(), random.json()],
		});
		const body = random.pick<() => Buffer>([
			() => hostileBody(random),
			() => Buffer.from(JSON.stringify({ error })),
			() => Buffer.from(JSON.stringify([{ error }])),
		])();
		const headers = { 'retry-after': random.text(random.integer(0, 5)) };
		const status = random.integer(200, 599);
		for (const failure of [
			failureFromAnswer({ status, headers, body }, [API_KEY]),
			failureFromError(
				random.pick<unknown>([
					random.json(),
					random.spoil({ message: API_KEY, code: 'E', cause: error }),
				]),
				[API_KEY],
			),
		]) {
			const { message, retryAfter } = failure;
			must(!message.includes(API_KEY), 'the API key is hidden');
			must(message.length > 0 && message.length <= 1000, 'the message has a fair length');
			must(retryAfter === null || Number.isFinite(retryAfter), 'the wait is a number');
		}
	});
});

it('the descriptions of jobs', async () => {
	await rounds((random) => {
		const operation = random.spoil({
			name: 'batches/x',
			id: 'v1_x',
			status: random.pick(['completed', 'constructor', '__proto__']),
			done: true,
			error: random.json(),
			errors: random.json(),
			metadata: random.spoil({
				state: random.pick(['BATCH_STATE_SUCCEEDED', 'BATCH_STATE_constructor']),
				batchStats: random.json(),
				output: random.json(),
			}),
			response: random.json(),
		});
		for (const describeJob of [
			describeBatch,
			describeInteraction,
			describeOperation,
			describeVideoInteraction,
		]) {
			for (const raw of [operation, json(random.json())]) {
				const job = describeJob(raw);
				must(STATUSES.includes(job.status), 'the status is one of ours');
				must(typeof job.jobId === 'string', 'the id is text');
				must(isDeepStrictEqual(JSON.parse(JSON.stringify(job)), job), 'the job is plain JSON');
			}
		}
	});
});

it('openSecret', async () => {
	await rounds((random) => {
		const sealed = random.pick([
			() => random.text(random.integer(0, 100)),
			() => random.bytes(random.integer(0, 100)).toString('base64'),
		])();
		expect(openSecret(sealed, API_KEY)).toBeUndefined();
	});
});
