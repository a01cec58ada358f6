import { NOW } from '../support/deliveries.mts';
import { ownership, type OwnershipQuestion } from '../../../nodes/GeminiWebhookTrigger/ownJob';
import { mintCallbackToken } from '../../../nodes/shared/delivery/callbackToken';
import { parseEnvelope, type GeminiEvent } from '../../../nodes/shared/delivery/envelope';
import type { Accepted, SignatureScheme } from '../../../nodes/shared/delivery/types';
import { API_KEY, clientWith, connectionError, type FakeAnswer } from '../support/n8n.mts';

const PATH = '/webhook/0c1d/webhook';
const claims = { nonce: 'n', path: PATH, metadata: { order: '7' } };
const token = mintCallbackToken(claims, API_KEY, NOW);
const succeeded = { name: 'batches/x', metadata: { state: 'BATCH_STATE_SUCCEEDED' }, done: true };

const proof = (scheme: SignatureScheme): Accepted => ({
	ok: true,
	scheme,
	deliveryId: 'msg_1',
	bodyProven: scheme !== 'jwt',
});
const event = (type = 'batch.succeeded', id: unknown = 'batches/x') =>
	parseEnvelope(Buffer.from(JSON.stringify({ type, data: { id } }))) as GeminiEvent;

let now = NOW;

async function ask(
	scheme: SignatureScheme,
	question: Partial<OwnershipQuestion> = {},
	reply: () => FakeAnswer | Error = () => ({ status: 404, body: { error: { code: 404 } } }),
) {
	const { client, requests } = await clientWith(reply);
	const answer = await ownership({
		client,
		event: event(),
		proof: proof(scheme),
		token: undefined,
		path: PATH,
		// Each question minutes after the one before: what was found foreign is not asked for again at once.
		now: (now += 120_000),
		tokenRequired: false,
		...question,
	});
	return { answer, requests };
}

describe('without asking the API', () => {
	it('our own webhook has our own secret', async () => {
		const { answer, requests } = await ask('v1');
		expect(answer).toEqual({ verdict: 'ours', claims: undefined });
		expect(requests).toEqual([]);
	});

	it('an event of the future that names no job is believed with our own token', async () => {
		const future = event('agent.completed', 'x');
		const { answer, requests } = await ask('v1a', { token, event: future });
		expect(answer).toEqual({ verdict: 'ours', claims });
		expect(requests).toEqual([]);
	});

	it.each<[string, unknown]>([
		['no token', undefined],
		['a forged token', `${token}x`],
		["another key's token", mintCallbackToken(claims, 'other', NOW)],
		["another URL's token", mintCallbackToken({ ...claims, path: '/other' }, API_KEY, NOW)],
		['two tokens', [token, token]],
	])('%s is refused where one is required', async (_, given) => {
		for (const scheme of ['v1', 'v1a', 'jwt'] as const) {
			const { answer, requests } = await ask(scheme, { token: given, tokenRequired: true });
			expect(answer).toEqual({ verdict: 'foreign', why: 'token-missing' });
			expect(requests).toEqual([]);
		}
	});

	it.each([
		['no id', 'batch.succeeded', null],
		['an id that leads elsewhere', 'batch.succeeded', 'batches/../files/x'],
		['the id of a list', 'batch.succeeded', 'batches/'],
		['a kind nobody knows', 'agent.completed', 'x'],
	])('%s names no job', async (_, type, id) => {
		const { answer, requests } = await ask('v1a', { event: event(type, id) });
		expect(answer).toEqual({ verdict: 'foreign', why: 'job-not-named' });
		expect(requests).toEqual([]);
	});
});

describe('by reading the job once', () => {
	it('a job that our key can read is ours', async () => {
		const { answer, requests } = await ask('v1a', {}, () => ({ body: succeeded }));
		expect(answer).toMatchObject({ verdict: 'ours', job: { jobId: 'batches/x' } });
		expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/v1beta/batches/x']);
		expect(requests[0].timeout).toBe(5000);
	});

	it.each([
		['batch.succeeded', 'batches/x', '/v1beta/batches/x'],
		['interaction.completed', 'v1_x', '/v1beta/interactions/v1_x'],
		['video.generated', 'v1_x', '/v1beta/interactions/v1_x'],
		['video.generated', 'models/veo/operations/op', '/v1beta/models/veo/operations/op'],
	])('%s about %s is read at %s', async (type, id, path) => {
		const { requests } = await ask('v1a', { event: event(type, id) }, () => ({ body: {} }));
		expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([path]);
	});

	it.each([400, 403, 404])('one that it cannot is foreign: HTTP %d', async (status) => {
		for (const type of ['batch.succeeded', 'interaction.completed']) {
			const { answer, requests } = await ask('v1a', { event: event(type, 'x') }, () => ({
				status,
			}));
			expect(answer).toEqual({ verdict: 'foreign', why: 'job-not-readable' });
			expect(requests).toHaveLength(1);
		}
	});

	it.each<[string, () => FakeAnswer | Error]>([
		['HTTP 401', () => ({ status: 401 })],
		['HTTP 429', () => ({ status: 429 })],
		['HTTP 500', () => ({ status: 500 })],
		['HTTP 503', () => ({ status: 503 })],
		['a refused connection', () => connectionError('ECONNREFUSED')],
		['a timeout', () => connectionError('ECONNABORTED')],
	])('nothing is decided by %s', async (_, reply) => {
		for (const type of ['batch.succeeded', 'interaction.completed', 'video.generated']) {
			const { answer, requests } = await ask('v1a', { event: event(type, 'x') }, reply);
			expect(answer).toEqual({ verdict: 'undecided', why: 'api-unavailable' });
			expect(requests).toHaveLength(1);
		}
	});

	it('our own token tells the metadata of a job that our key can read', async () => {
		const { answer } = await ask('v1a', { token }, () => ({ body: succeeded }));
		expect(answer).toMatchObject({ verdict: 'ours', claims, job: { jobId: 'batches/x' } });
	});

	it.each([400, 403, 404])(
		'our own token in the URL of a job that our key cannot read proves nothing: HTTP %d',
		async (status) => {
			for (const type of ['batch.succeeded', 'interaction.completed', 'video.generated']) {
				const { answer, requests } = await ask('v1a', { token, event: event(type, 'x') }, () => ({
					status,
				}));
				expect(answer).toEqual({ verdict: 'foreign', why: 'job-not-readable' });
				expect(requests).toHaveLength(1);
			}
		},
	);

	it.each<[string, () => FakeAnswer | Error, object]>([
		['busy', () => ({ status: 503 }), { verdict: 'ours', claims }],
		['out of reach', () => connectionError('ECONNREFUSED'), { verdict: 'ours', claims }],
		['refusing the key', () => ({ status: 401 }), { verdict: 'undecided', why: 'api-unavailable' }],
	])('our own token has to do while the API is %s', async (_, reply, verdict) => {
		const { answer } = await ask('v1a', { token }, reply);
		expect(answer).toEqual(verdict);
	});

	it('a JWT is believed only when the job is in the state that the body claims', async () => {
		const running = { name: 'batches/x', metadata: { state: 'BATCH_STATE_RUNNING' } };
		for (const given of [undefined, token]) {
			const yes = await ask('jwt', { token: given }, () => ({ body: succeeded }));
			expect(yes.answer).toMatchObject({ verdict: 'ours', job: { status: 'succeeded' } });
			const no = await ask('jwt', { token: given }, () => ({ body: running }));
			expect(no.answer).toEqual({ verdict: 'foreign', why: 'job-state-differs' });
		}
	});

	it('a signature over the body is believed whatever state the job is in by now', async () => {
		const running = { name: 'batches/x', metadata: { state: 'BATCH_STATE_RUNNING' } };
		const { answer } = await ask('v1a', {}, () => ({ body: running }));
		expect(answer).toMatchObject({ verdict: 'ours', job: { status: 'running' } });
	});

	it('the token still tells the metadata beside a JWT', async () => {
		const { answer } = await ask('jwt', { token }, () => ({ body: succeeded }));
		expect(answer).toMatchObject({ claims });
	});
});

test('a job that was foreign a moment ago is not read again for a minute', async () => {
	const at = now + 3_600_000;
	const first = await ask('v1a', { now: at });
	expect(first.requests).toHaveLength(1);
	const second = await ask('v1a', { now: at + 59_000 });
	expect(second.answer).toEqual(first.answer);
	expect(second.requests).toEqual([]);
	expect((await ask('v1a', { now: at + 60_000 })).requests).toHaveLength(1);
	expect(
		(await ask('v1a', { now: at, event: event(undefined, 'batches/y') })).requests,
	).toHaveLength(1);
});
