import {
	isOurs,
	isOwnUrl,
	isTriggerUrl,
	ownAddress,
	readOptions,
	readPost,
	type Answer,
} from '../../../nodes/GeminiWebhook/ownAddress.ts';
import type { ProjectWebhook } from '../../../nodes/shared/gemini/webhooks.ts';

const answer = (status: number, body: unknown = '', methods?: string): Answer => ({
	status,
	headers: methods === undefined ? {} : { 'access-control-allow-methods': methods },
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** n8n 2.41.1, cli/errors/response-errors/webhook-not-found.error.js */
const NOT_REGISTERED = {
	code: 404,
	message: 'The requested webhook "POST abc/webhook" is not registered.',
	hint: 'The workflow must be active for a production URL to run successfully.',
};
const OTHER_METHOD = {
	code: 404,
	message: 'This webhook is not registered for POST requests. Did you mean to make a GET request?',
};

test.each([
	['https://n8n.example.com/webhook-waiting/12?signature=a', 'https://n8n.example.com/'],
	['https://n8n.example.com/webhook-waiting/__UNKNOWN__', 'https://n8n.example.com/'],
	[
		'https://example.com/apps/n8n/webhook-waiting/12?signature=a/b',
		'https://example.com/apps/n8n/',
	],
	['http://localhost:5678/waiting/12', 'http://localhost:5678/'],
])("n8n's address in %s is %s", (resumeUrl, address) => {
	expect(ownAddress(resumeUrl)).toBe(address);
});

describe('whether a URL leads to this n8n', () => {
	const address = 'https://example.com/n8n/';
	test.each([
		['https://example.com/n8n/webhook/a/webhook', true],
		['https://EXAMPLE.com:443/n8n/webhook/a/webhook?x=1', true],
		['https://example.com/n8n-two/webhook/a/webhook', false],
		['https://example.com/webhook/a/webhook', false],
		['https://example.com/n8n/../webhook/a/webhook', false],
		['https://example.com/n8n/%2e%2e/webhook/a/webhook', false],
		['http://example.com/n8n/webhook/a/webhook', false],
		['https://example.com:8443/n8n/webhook/a/webhook', false],
		['https://example.com.evil.example/n8n/webhook', false],
		['https://example.com@evil.example/n8n/webhook', false],
		['https://me:pass@example.com/n8n/webhook/a/webhook', false],
		['https://evil.example/https://example.com/n8n/webhook', false],
		['file:///n8n/webhook', false],
		['', false],
		['not a URL', false],
	])('%s: %s', (url, expected) => {
		expect(isOwnUrl(url, address)).toBe(expected);
	});
});

test.each([
	['n8n: Reviews / Trigger', 'https://other.example.com/x', true],
	['mine', 'https://n8n.example.com/webhook/x', true],
	['n8n:Reviews', 'https://other.example.com/x', false],
	['my n8n: x', 'https://other.example.com/x', false],
	['', 'https://other.example.com/x', false],
])("'%s' at %s is ours: %s", (name, uri, expected) => {
	expect(isOurs({ name, uri } as ProjectWebhook, 'https://n8n.example.com/')).toBe(expected);
});

test.each([
	['https://n8n.example.com/webhook/4f2a/webhook', true],
	['https://n8n.example.com/p/webhook-test/4f2a/webhook', true],
	['https://n8n.example.com/webhook/my-path', false],
	['https://n8n.example.com/webhook/a/b', false],
	['https://n8n.example.com/webhook/webhook', false],
])('%s looks like the URL of a trigger: %s', (url, expected) => {
	expect(isTriggerUrl(url)).toBe(expected);
});

describe('the answer to OPTIONS', () => {
	const trigger = 'https://n8n.example.com/webhook/a/webhook';
	const plain = 'https://n8n.example.com/webhook/my-path';

	test.each([
		['lists POST', answer(204, '', 'OPTIONS, POST'), plain, 'answers'],
		['lists POST in lower case among others', answer(204, '', 'get,post'), plain, 'answers'],
		['lists everything', answer(200, '', '*'), plain, 'answers'],
		['says that a Test URL is not registered', answer(404, NOT_REGISTERED), plain, 'dead'],
		['is a 405 of a proxy', answer(405, '<html>'), plain, 'unknown'],
		['is a 404 of a proxy', answer(404, '<html>is not registered</html>'), plain, 'unknown'],
		['tells nothing', answer(204), plain, 'unknown'],
	])('that %s: %3$s', (_, options, url, verdict) => {
		expect(readOptions(options, url)).toMatchObject({ verdict });
	});

	test.each([
		['lists no method but OPTIONS', answer(204, '', 'OPTIONS'), plain],
		// As n8n 2.41.1 answers a browser's full question about a path without a workflow.
		['lists no method but OPTIONS, with a 500', answer(500, '<html>', 'OPTIONS'), plain],
		['lists another method', answer(204, '', 'OPTIONS, GET'), plain],
		['tells nothing about the URL of a trigger', answer(204), trigger],
		["is a proxy's, about the URL of a trigger", answer(405, '<html>'), trigger],
	])('that %s leaves it to a POST', (_, options, url) => {
		expect(readOptions(options, url)).toBe('askByPost');
	});

	test('that lists other methods and comes from a proxy does not lead to a POST', () => {
		expect(readOptions(answer(204, '', 'GET, HEAD'), plain)).toMatchObject({ verdict: 'unknown' });
	});
});

test.each([
	['not registered', answer(404, NOT_REGISTERED), 'dead'],
	['not registered for POST', answer(404, OTHER_METHOD), 'dead'],
	['a 404 without words', answer(404, {}), 'unknown'],
	['a 404 of a proxy', answer(404, '<html>The requested page is not registered</html>'), 'unknown'],
	['a 200 with such words', answer(200, NOT_REGISTERED), 'answers'],
	['the 401 of a trigger', answer(401, { error: 'Unauthorized' }), 'answers'],
	['a 202', answer(202), 'answers'],
	['a 302', answer(302), 'unknown'],
	['a 403', answer(403), 'unknown'],
	['a 500', answer(500, { code: 0, message: 'x' }), 'unknown'],
	['a 502', answer(502, '<html>'), 'unknown'],
	['a 503', answer(503, { error: 'Try again later' }), 'unknown'],
])('the answer to a POST: %s', (_, given, verdict) => {
	expect(readPost(given)).toMatchObject({
		verdict,
		reason: expect.stringMatching(/.{10}/) as string,
	});
});
