import type { DeliveryFault, Settings } from './index.mts';
import { INTERACTIONS, testRows } from './failure-table.mts';
import type { FailureStage, Row } from './failure-table.mts';
import { runBatch } from './support.mts';

/** Troubles of interactions and deliveries (the list of known ones), and how a test gets each. */

const interactions: Row[] = [
	[
		'404 right after create',
		async (stage) => {
			stage.set({ interactionReadsMissing: 1 });
			const { json } = await stage.interact();
			const path = `${INTERACTIONS}/${json.id}`;
			return [(await stage.get(path)).status, (await stage.get(path)).status];
		},
		[404, 200],
	],
	[
		'sporadic 400 on poll',
		async (stage) => {
			stage.set({ interactionReadsInvalid: 1 });
			const { json } = await stage.interact();
			const path = `${INTERACTIONS}/${json.id}`;
			return [(await stage.get(path)).status, (await stage.get(path)).status];
		},
		[400, 200],
	],
	[
		'incomplete, budget_exceeded, queued and an unknown status',
		async (stage) => {
			const first = await stage.finish({ input: '[[incomplete]]' });
			const second = await stage.finish({ input: '[[budget]]' });
			stage.set({ interactionQueuedMs: 1_000 });
			const third = await stage.interact();
			stage.emulator.jobs.set(third.json.id, 'pondering');
			const fourth = await stage.get(`${INTERACTIONS}/${third.json.id}`);
			return [first, second, third.json, fourth.json].map(({ status }) => status);
		},
		['incomplete', 'budget_exceeded', 'queued', 'pondering'],
	],
	[
		'requires_action with parallel calls',
		async (stage) => {
			const tools = ['a', 'b'].map((name) => ({ type: 'function', name }));
			const done = await stage.finish({ input: '[[action]]', tools });
			return [done.status, done.steps.slice(1).map(({ name }: any) => name)];
		},
		['requires_action', ['a', 'b']],
	],
	[
		'inline video although uri was asked for',
		async (stage) => {
			stage.set({ videoResult: 'inline' });
			const response_format = { type: 'video', delivery: 'uri' };
			const done = await stage.finish({ model: 'gemini-omni-1.2-flash', response_format });
			return Object.keys(done.steps.at(-1).content[0]);
		},
		['type', 'mime_type', 'data'],
	],
	[
		'completed without video',
		async (stage) => {
			stage.set({ videoResult: 'refusal' });
			const done = await stage.finish({ model: 'gemini-omni-1.2-flash' });
			return [done.status, done.steps.at(-1).content[0].type];
		},
		['completed', 'text'],
	],
	[
		'400 content_blocked',
		async (stage) => {
			stage.add('content-blocked', 'interactions');
			const { status, json } = await stage.interact();
			return [status, json.error.code, stage.emulator.jobs.list().length];
		},
		[400, 'content_blocked', 0],
	],
];

const delivered = async (stage: FailureStage, settings: Partial<Settings>): Promise<any[]> => {
	stage.set(settings);
	await runBatch(stage.emulator, [stage.receiver.url]);
	return stage.receiver.received.map(({ headers, body: text }) => ({ ...headers, text }));
};
const deliveryFault = (fault: DeliveryFault, see: (got: any[]) => unknown, seen: unknown): Row => [
	`delivery fault ${fault}`,
	async (stage) => see(await delivered(stage, { deliveryFault: fault })),
	seen,
];
const ids = (got: any[]): string[] => got.map((one) => one['webhook-id']);
const webhooks: Row[] = [
	deliveryFault('never', (got) => got.length, 0),
	deliveryFault('twice', (got) => [got.length, new Set(ids(got)).size], [2, 1]),
	deliveryFault('two-ids', (got) => [got.length, new Set(ids(got)).size], [2, 2]),
	deliveryFault(
		'stale-timestamp',
		([one]) => Date.now() / 1000 - Number(one['webhook-timestamp']) > 300,
		true,
	),
	deliveryFault(
		'mixed-schemes',
		([one]) => /v1,.* v1a,|v1a,.* v1,/.test(one['webhook-signature']),
		true,
	),
	deliveryFault('unknown-event', ([one]) => JSON.parse(one.text).type === 'batch.succeeded', false),
	deliveryFault('not-json', ([one]) => one.text.startsWith('{"type"'), false),
	deliveryFault('wrong-content-type', ([one]) => one['content-type'] === 'application/json', false),
	deliveryFault('huge', ([one]) => one.text.length > 1_000_000, true),
	...(['tampered', 'previous-secret', 'unknown-key', 'no-signature'] as const).map((fault) =>
		// That these do not verify is shown in delivery-faults.test.mts; here, that they arrive.
		deliveryFault(fault, (got) => got.length, 1),
	),
	...(['down', 'garbage', 'rsa-only', 'empty'] as const).map(
		(jwks): Row => [
			`JWKS ${jwks}`,
			async (stage) => {
				stage.set({ jwks });
				const { status, json } = await stage.get('/.well-known/jwks.json');
				return [status, json?.keys?.map(({ kty }: { kty: string }) => kty)];
			},
			[jwks === 'down' ? 503 : 200, { 'rsa-only': ['RSA'], empty: [] }[jwks as string]],
		],
	),
	[
		'slow JWKS',
		async (stage) => {
			stage.set({ jwksDelayMs: 100 });
			const started = Date.now();
			await stage.get('/.well-known/jwks.json');
			return Date.now() - started >= 95;
		},
		true,
	],
	[
		'JWT instead of v1a',
		async (stage) =>
			(await delivered(stage, { dynamicScheme: 'jwt' }))[0]['webhook-signature'].split('.').length,
		3,
	],
	[
		'metadata in a place of its own',
		async (stage) => {
			const user_metadata = { a: 1 };
			stage.set({ userMetadataIn: 'data' });
			await stage.finish({ webhook_config: { uris: [stage.receiver.url], user_metadata } });
			return JSON.parse(stage.receiver.received[0]?.body as string).data.user_metadata;
		},
		{ a: 1 },
	],
	[
		'delivered before the job is readable',
		async (stage) => {
			const name = await runBatch(stage.emulator, [stage.receiver.url]);
			stage.add('missing', name);
			return [stage.receiver.received.length, (await stage.get(`/v1beta/${name}`)).status];
		},
		[1, 404],
	],
	[
		'out of order',
		async (stage) => {
			stage.set({ deliveryDelayMs: 60_000 });
			const first = await runBatch(stage.emulator, [stage.receiver.url]);
			stage.set({ deliveryDelayMs: 0 });
			const second = await runBatch(stage.emulator, [stage.receiver.url]);
			await stage.emulator.clock.advance(60_000);
			const order = stage.receiver.received.map(({ body: text }) => JSON.parse(text).data.id);
			return order.map((id) => [first, second].indexOf(id));
		},
		[1, 0],
	],
];

describe('interactions', () => testRows(interactions));
describe('webhooks', () => testRows(webhooks));
