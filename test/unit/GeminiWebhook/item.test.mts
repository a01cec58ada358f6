import { matches, nameAndId, webhookItem } from '../../../nodes/GeminiWebhook/item.ts';
import type { ProjectWebhook } from '../../../nodes/shared/gemini/webhooks.ts';

const webhook: ProjectWebhook = {
	id: 'w1',
	name: 'Reviews',
	uri: 'https://N8N.example.com/webhook/a/webhook',
	events: ['batch.failed', 'video.generated'],
	state: 'disabled_due_to_failed_deliveries',
	secrets: [
		{ truncated: 'whsec_...MnM=', expiresAt: null },
		{ truncated: 'whsec_...abc=', expiresAt: '2026-11-26T10:00:00Z' },
	],
	createdAt: null,
	updatedAt: '2026-11-25T10:00:00Z',
	raw: { id: 'w1', secret_of_tomorrow: 'x' },
};

test('the item has the fields that are promised, and nothing raw', () => {
	expect(webhookItem(webhook)).toEqual({
		webhookId: 'w1',
		name: 'Reviews',
		url: 'https://N8N.example.com/webhook/a/webhook',
		state: 'disabled_due_to_failed_deliveries',
		events: ['batch.failed', 'video.generated'],
		signingSecrets: [
			{ truncatedSecret: 'whsec_...MnM=', expiresAt: null },
			{ truncatedSecret: 'whsec_...abc=', expiresAt: '2026-11-26T10:00:00Z' },
		],
		createdAt: null,
		updatedAt: '2026-11-25T10:00:00Z',
	});
});

test('a webhook without a name is called by its id', () => {
	expect(nameAndId(webhook)).toBe("'Reviews' (w1)");
	expect(nameAndId({ ...webhook, name: '' })).toBe('w1');
});

test.each([
	[{}, true],
	[{ states: [], events: [], urlContains: ' ' }, true],
	[{ states: ['enabled', 'disabled'] }, false],
	[{ states: ['disabled_due_to_failed_deliveries'] }, true],
	[{ events: ['batch.succeeded'] }, false],
	[{ events: ['batch.succeeded', 'video.generated'] }, true],
	[{ urlContains: ' n8n.EXAMPLE' }, true],
	[{ urlContains: 'other' }, false],
	[{ events: ['batch.failed'], urlContains: 'other' }, false],
])('the filters %j let it through: %s', (filters, expected) => {
	expect(matches(webhook, filters)).toBe(expected);
});
