import type * as envelope from '../../../nodes/shared/delivery/envelope.ts';
import type * as item from '../../../nodes/GeminiWebhookTrigger/item.ts';
import { built } from '../engine/instrument.mts';
import { must, mustBeHarmless, mustBePlainJson, mustBeSafeName } from '../support/invariants.mts';

const { parseEnvelope, EVENT_TYPES } = built<typeof envelope>('shared/delivery/envelope');
const { triggerItem, identityOf } = built<typeof item>('GeminiWebhookTrigger/item');

const STATUSES =
	'pending running requiresAction succeeded partlyFailed failed expired cancelled incomplete blocked unknown'.split(
		' ',
	);

function run(body: Buffer): void {
	const event = parseEnvelope(body);
	if (!event) return;
	must(STATUSES.includes(event.status), 'the status is one of ours');
	must([null, 'batch', 'interaction', 'video'].includes(event.jobType), 'the type is one of ours');
	must(event.known === (EVENT_TYPES as readonly string[]).includes(event.event), 'known is known');
	if (event.jobId !== null) mustBeSafeName(event.jobId);
	mustBeHarmless(event.raw);
	for (const [name, value] of Object.entries(event.metadata)) {
		must(typeof value === 'string', `metadata ${name} is text`);
		must(!['__proto__', 'constructor', 'prototype'].includes(name), 'names are harmless');
	}
	for (const bodyProven of [true, false]) {
		const made = triggerItem(event, {
			deliveryId: 'msg_1',
			scheme: bodyProven ? 'v1a' : 'jwt',
			bodyProven,
			receivedAt: 0,
			metadata: { own: 'yes' },
			includeRawEvent: true,
		});
		const { rawEvent, ...shown } = made;
		mustBePlainJson(shown);
		mustBeHarmless(rawEvent);
		must(made.metadata.own === 'yes', 'what the token says wins');
		must(bodyProven || !rawEvent, 'an unproven body is not shown');
		must(
			!/[?&](key|job_token|signature)=(?!\[hidden\])[^&\s"'<>\\]/.test(
				JSON.stringify(made.outputFile),
			),
			'no token is shown',
		);
		must(identityOf(made).length > 0, 'it has an identity');
	}
}

const seed = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const at = { version: 'v1', timestamp: '2026-11-23T08:00:00Z' };

export const target = {
	seeds: [
		seed({
			type: 'batch.succeeded',
			...at,
			data: { id: 'batches/x', output_file_uri: 'files/batch-x' },
		}),
		seed({
			type: 'batch.failed',
			...at,
			data: { id: 'batch_1', error_code: 8, error_message: 'No' },
		}),
		seed({
			type: 'video.generated',
			...at,
			data: {
				id: 'models/v/operations/o',
				video_uri: 'https://h/v1beta/files/a:download?key=1',
				file_name: 'files/a',
			},
		}),
		seed({
			type: 'interaction.requires_action',
			...at,
			data: { id: 'v1_a', user_metadata: { a: 1, b: true } },
			user_metadata: { c: 'd' },
		}),
		seed({ type: 'ping', data: { webhook_config: { userMetadata: { order: '17' } } } }),
	],
	tokens: [
		...EVENT_TYPES,
		'batch.',
		'batches/',
		'interactions/',
		'/operations/',
		'..',
		'%2e',
		'__proto__',
		'constructor',
		'prototype',
		'user_metadata',
		'userMetadata',
		'webhook_config',
		'output_file_uri',
		'file_name',
		'video_uri',
		'error_code',
		'error_message',
		'https://',
		'gs://',
		'files/',
		'?key=',
		'&job_token=',
		'\ufeff',
		'\u2028',
	],
	run,
};
