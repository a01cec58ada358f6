import { createCallback } from '../../../../nodes/shared/jobs/callback.ts';
import { metadataOfJob } from '../../../../nodes/shared/jobs/jobMetadata.ts';
import { NOW } from '../../support/deliveries.mts';
import { API_KEY } from '../../support/n8n.mts';

const TARGET = 'https://n8n.example.com/webhook/a/webhook';
const url = (metadata: Record<string, string>, apiKey = API_KEY, now = NOW) =>
	createCallback(TARGET, 'nonce', metadata, apiKey, now);
/** Of a job that was created `NOW`. */
const read = (raw: object) => metadataOfJob(raw as never, API_KEY, NOW);

test('comes from the token of our own webhook URL, of a batch and of an interaction', () => {
	const uris = [url({ order: '17' })];
	expect(read({ metadata: { webhookConfig: { uris } } })).toEqual({ order: '17' });
	expect(read({ webhook_config: { uris } })).toEqual({ order: '17' });
});

test("comes from Google's user metadata, and the token wins over it", () => {
	const user = { order: 'told', group: 'nightly' };
	expect(read({ webhook_config: { user_metadata: user } })).toEqual(user);
	const webhookConfig = { userMetadata: user, uris: [url({ order: '17' })] };
	expect(read({ metadata: { webhookConfig } })).toEqual({ order: '17', group: 'nightly' });
});

test.each([
	['without a webhook', {}],
	['with settings of another shape', { webhook_config: 'x', metadata: { webhookConfig: [] } }],
	['with URLs that are none', { webhook_config: { uris: ['x', 1, null] } }],
	['with URLs without a token', { webhook_config: { uris: [TARGET] } }],
	['with a forged token', { webhook_config: { uris: [`${TARGET}?job_token=e30.x`] } }],
	["with another key's token", { webhook_config: { uris: [url({ a: '1' }, 'other')] } }],
	[
		'with a token that had ended before the job was created',
		{ webhook_config: { uris: [url({ a: '1' }, API_KEY, NOW - 9 * 86_400_000)] } },
	],
])('is empty %s', (_, raw) => {
	expect(read(raw)).toEqual({});
});
