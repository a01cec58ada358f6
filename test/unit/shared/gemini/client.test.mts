import { ONCE } from '../../../../nodes/shared/gemini/client';
import { connectionFrom, keySetUrl } from '../../../../nodes/shared/gemini/connection';
import { GeminiApiError } from '../../../../nodes/shared/gemini/errors';
import { isOutcomeUnknown } from '../../../../nodes/shared/gemini/failure';
import type { GoogleGenAI } from '../../../../nodes/shared/vendor';
import { clientWith, connectionError } from '../../support/n8n.mts';

/** One call on each of the SDK's two HTTP clients, which wrap errors in different ways. */
const CALLS: Array<[string, (ai: GoogleGenAI) => Promise<unknown>]> = [
	['batches', async (ai) => await ai.batches.get({ name: 'batches/x' })],
	['models', async (ai) => await ai.models.get({ model: 'gemini-3.8-flash' })],
	['interactions', async (ai) => await ai.interactions.get('v1_x', {}, ONCE)],
	['webhooks', async (ai) => await ai.webhooks.get('w1', {}, ONCE)],
];
const attempt = { action: 'read it', subject: 'thing/x' };

async function failing(promise: Promise<unknown>): Promise<GeminiApiError> {
	const outcome = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	expect(outcome).toBeInstanceOf(GeminiApiError);
	return outcome as GeminiApiError;
}

describe.each(CALLS)('the client of %s', (_, call) => {
	it('gives the raw answer beside the result', async () => {
		const body = { name: 'batches/x', id: 'x', more: { the: 'SDK drops this' } };
		const { client, requests } = await clientWith(() => ({ body }));
		expect((await client.read(attempt, call)).raw).toEqual(body);
		expect(requests).toHaveLength(1);
		expect(requests[0].url).toContain('https://generativelanguage.googleapis.com/v1beta/');
		expect(JSON.stringify(requests[0].headers)).not.toMatch(/in-the-credential|x-goog-api-key/i);
	});

	it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'])(
		'knows that the connection failed: %s',
		async (code) => {
			const { client } = await clientWith(() => connectionError(code));
			const error = await failing(client.change(attempt, call));
			expect(error.gemini).toMatchObject({ status: null, connection: code });
			expect(error.message).toBe(
				`Could not read it thing/x: the Gemini API could not be reached (${code})`,
			);
			expect(isOutcomeUnknown(error.gemini)).toBe(['ECONNRESET', 'ETIMEDOUT'].includes(code));
		},
	);

	it.each([
		['JSON', { error: { code: 403, status: 'PERMISSION_DENIED', message: 'No' } }, 'No'],
		['a list', [{ error: { code: 403, status: 'PERMISSION_DENIED', message: 'No' } }], 'No'],
		['a page', '<html>No</html>', "A page that isn't from the Gemini API: <html>No</html>"],
	])('reads an answer that is %s', async (_kind, body, message) => {
		const { client, requests } = await clientWith(() => ({ status: 403, body }));
		const error = await failing(client.read(attempt, call));
		expect(error.gemini).toMatchObject({ status: 403, message });
		expect(requests).toHaveLength(1);
	});

	it('changes something exactly once, whatever comes back', async () => {
		for (const status of [408, 409, 429, 500, 502, 503, 504]) {
			const { client, requests } = await clientWith(() => ({ status, body: {} }));
			const error = await failing(client.change(attempt, call));
			expect(error.gemini.status).toBe(status);
			expect(requests).toHaveLength(1);
		}
	});

	it('reads again while the API is out of reach or busy', async () => {
		const outcomes = [
			connectionError('ECONNRESET'),
			{ status: 503, headers: { 'retry-after': '0' } },
		];
		const { client, requests } = await clientWith(() => outcomes.shift() ?? { body: { id: 'x' } });
		expect((await client.read(attempt, call)).raw).toEqual({ id: 'x' });
		expect(requests).toHaveLength(3);
	});

	it('looks only once when told so', async () => {
		const { client, requests } = await clientWith(() => connectionError('ECONNRESET'));
		await failing(client.read(attempt, call, { attempts: 1, timeout: 5000 }));
		expect(requests.map(({ timeout }) => timeout)).toEqual([5000]);
	});

	it.each([
		['a page in place of an answer', { body: '<html>Sign in</html>' }],
		['no body', { body: '' }],
	])('takes %s for no answer of the API', async (_kind, answer) => {
		const { client } = await clientWith(() => ({ status: 200, ...answer }));
		const error = await failing(client.change(attempt, call));
		expect(error.message).toContain('the answer is not from the Gemini API');
		expect(isOutcomeUnknown(error.gemini)).toBe(true);
	});
});

describe('the connection', () => {
	it.each([
		[{}, 'https://generativelanguage.googleapis.com', 'v1beta'],
		[{ baseUrl: ' ', apiVersion: '' }, 'https://generativelanguage.googleapis.com', 'v1beta'],
		[{ baseUrl: 'http://localhost:8787//', apiVersion: 'v1' }, 'http://localhost:8787', 'v1'],
		[{ baseUrl: ' https://proxy.example/gemini/ ' }, 'https://proxy.example/gemini', 'v1beta'],
	])('%j', (fields, baseUrl, apiVersion) => {
		const connection = connectionFrom({ apiKey: ' key\n', ...fields });
		expect(connection).toEqual({ apiKey: 'key', baseUrl, apiVersion });
		expect(keySetUrl(connection)).toBe(`${baseUrl}/.well-known/jwks.json`);
	});
});
