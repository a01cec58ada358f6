import { CredentialTestContext } from 'n8n-core';
import type { ICredentialsDecrypted, ICredentialTestFunctions } from 'n8n-workflow';
import { GeminiBatch } from '../../nodes/GeminiBatch/GeminiBatch.node.ts';
import { GeminiWebhookTrigger } from '../../nodes/GeminiWebhookTrigger/GeminiWebhookTrigger.node.ts';
import type { FaultRule } from '../emulator/index.mts';
import { API_KEY, Stage } from './support/stage.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterAll(() => stage.close());

/** What n8n does when a user saves the credential. */
function check(changes: object = {}) {
	const { geminiWebhooksApiTest: run } = new GeminiBatch().methods.credentialTest;
	const context = new CredentialTestContext() as unknown as ICredentialTestFunctions;
	const data = { ...stage.credential, ...changes };
	return run.call(context, { data } as unknown as ICredentialsDecrypted);
}

test('is the one that both nodes name', () => {
	for (const type of [new GeminiBatch(), new GeminiWebhookTrigger()]) {
		const named = type.description.credentials!.map(({ testedBy }) => testedBy);
		expect(named[0]).toBe('geminiWebhooksApiTest');
		expect(Object.keys(type.methods.credentialTest)).toEqual(named);
	}
});

test('accepts a good key, and asks for one model only', async () => {
	expect(await check()).toEqual({ status: 'OK', message: 'The API key works' });
	expect(stage.emulator.requests).toMatchObject([
		{ method: 'GET', path: '/v1beta/models?pageSize=1', apiKey: API_KEY },
	]);
});

test.each<[string, object, Partial<FaultRule> | undefined, RegExp]>([
	['a wrong key', { apiKey: 'wrong' }, undefined, /Google does not accept the API key/],
	['a Base URL that is none', { baseUrl: 'gemini' }, undefined, /gemini is not a web address/],
	[
		'a port where nobody listens',
		{ baseUrl: 'http://127.0.0.1:9' },
		undefined,
		/could not be reached \(ECONNREFUSED\)/,
	],
	['an API version that is none', { apiVersion: 'v9' }, undefined, /Google knows nothing/],
	['a page of somebody else', {}, { html: true, status: 200 }, /not from the Gemini API/],
	['an answer without models', {}, { body: { ok: true } }, /not from the Gemini API/],
	['an API that is down', {}, { status: 503 }, /not available at the moment/],
])('says what is wrong with %s', async (_, changes, fault, message) => {
	if (fault) stage.emulator.faults.add({ path: /./, ...fault });
	const result = await check(changes);
	expect(result.status).toBe('Error');
	expect(result.message).toMatch(message);
	expect(result.message).not.toContain(API_KEY);
});

test('does not take the key along to where a redirect points', async () => {
	let seen = 0;
	stage.front.routes.set('/elsewhere', () => {
		seen += 1;
		return Promise.resolve(undefined);
	});
	const location = `${stage.front.url}/elsewhere`;
	stage.emulator.faults.add({ path: /./, status: 302, headers: { location } });
	const result = await check();
	expect(result).toMatchObject({ status: 'Error' });
	expect(result.message).toContain("Check the 'Base URL' of the credential.");
	expect(seen).toBe(0);
});
