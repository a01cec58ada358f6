import {
	readCallbackToken,
	TOKEN_PARAMETER,
} from '../../../../nodes/shared/delivery/callbackToken';
import { createCallback, MAX_METADATA_BYTES } from '../../../../nodes/shared/jobs/callback';

const API_KEY = 'AIzaSyExampleExampleExampleExample01234';

/** What the receiver makes of the URL: the path without query, and the token out of the query. */
function received(callback: string) {
	const url = new URL(callback);
	const token = url.searchParams.get(TOKEN_PARAMETER);
	return readCallbackToken(token, url.pathname, API_KEY, Date.now());
}

describe('createCallback', () => {
	it.each([
		'https://n8n.example.com/webhook/0c1d/webhook',
		'https://n8n.example.com/a b/ü?x=1#part',
		'https://n8n.example.com/webhook-waiting/7?signature=a%2Bb&x=1',
		'https://n8n.example.com/webhook/x?job_token=old',
	])('%s', (target) => {
		const callback = createCallback(target, 'n-1', { order: '7' }, API_KEY, Date.now());
		expect(received(callback)).toEqual({
			nonce: 'n-1',
			path: new URL(target).pathname,
			metadata: { order: '7' },
		});
		expect(new URL(callback).searchParams.getAll(TOKEN_PARAMETER)).toHaveLength(1);
	});

	it("leaves the target's own query as it was", () => {
		const target = 'https://n8n.example.com/webhook-waiting/7?signature=a%2Bb%3D';
		const { searchParams } = new URL(createCallback(target, 'n', {}, API_KEY, Date.now()));
		expect(searchParams.get('signature')).toBe('a+b=');
	});

	it('can be read back with the most metadata that is allowed, in any script', () => {
		const metadata = { text: '日'.repeat(Math.floor((MAX_METADATA_BYTES - 11) / 3)) };
		expect(Buffer.byteLength(JSON.stringify(metadata))).toBeLessThanOrEqual(MAX_METADATA_BYTES);
		const callback = createCallback(
			'https://n8n.example.com/webhook/x',
			'n',
			metadata,
			API_KEY,
			Date.now(),
		);
		expect(received(callback)?.metadata).toEqual(metadata);
		expect(callback.length).toBeLessThan(4000);
	});

	it('is void for another path', () => {
		const url = new URL(
			createCallback('https://n8n.example.com/webhook/a', 'n', {}, API_KEY, Date.now()),
		);
		url.pathname = '/webhook/b';
		expect(received(url.toString())).toBeUndefined();
	});
});
