import { identityOf, triggerItem, type Receipt } from '../../../nodes/GeminiWebhookTrigger/item';
import { parseEnvelope, type GeminiEvent } from '../../../nodes/shared/delivery/envelope';
import { describeBatch } from '../../../nodes/shared/jobs/describe';
import { NOW } from '../support/deliveries.mts';

const event = (type: string, data: object = {}) =>
	parseEnvelope(
		Buffer.from(JSON.stringify({ type, timestamp: '2026-11-23T07:59:58Z', data })),
	) as GeminiEvent;
const receipt: Receipt = {
	deliveryId: 'msg_1',
	scheme: 'v1a',
	bodyProven: true,
	receivedAt: NOW,
	metadata: {},
	includeRawEvent: false,
};

describe('triggerItem', () => {
	it('has exactly the promised fields', () => {
		const failed = event('batch.failed', {
			id: 'batches/x',
			error_code: '3',
			error_message: 'Bad',
		});
		expect(triggerItem(failed, receipt)).toEqual({
			event: 'batch.failed',
			status: 'failed',
			jobType: 'batch',
			jobId: 'batches/x',
			deliveryId: 'msg_1',
			occurredAt: '2026-11-23T07:59:58Z',
			receivedAt: '2026-11-23T08:00:00.000Z',
			outputFile: null,
			error: { code: '3', message: 'Bad' },
			metadata: {},
			signatureScheme: 'v1a',
		});
	});

	it('believes the API before the delivery', () => {
		const told = event('batch.succeeded', { id: 'x', output_file_uri: 'gs://a/b', error_code: 1 });
		const job = describeBatch({
			metadata: { output: { responsesFile: 'files/batch-x' } },
			error: { code: 9, message: 'API' },
		});
		expect(triggerItem(told, { ...receipt, job })).toMatchObject({
			outputFile: 'files/batch-x',
			error: { code: '9', message: 'API' },
		});
		const silent = describeBatch({});
		expect(triggerItem(told, { ...receipt, job: silent })).toMatchObject({
			outputFile: 'gs://a/b',
			error: { code: '1', message: null },
		});
	});

	it('shows no key that an address carries', () => {
		const output_file_uri = 'https://elsewhere.example.com/x?alt=media&key=secret';
		const told = event('video.generated', { id: 'v1_x', output_file_uri });
		expect(triggerItem(told, receipt).outputFile).toBe(
			'https://elsewhere.example.com/x?alt=media&key=[hidden]',
		);
	});

	it("believes the token's metadata before Google's echo", () => {
		const echoed = event('batch.succeeded', { user_metadata: { order: 'echo', extra: '1' } });
		expect(triggerItem(echoed, { ...receipt, metadata: { order: '7' } }).metadata).toEqual({
			order: '7',
			extra: '1',
		});
	});

	it('hands out the raw event only when asked to', () => {
		const received = event('batch.succeeded', { id: 'x', new: true });
		expect(triggerItem(received, { ...receipt, includeRawEvent: true }).rawEvent).toEqual({
			type: 'batch.succeeded',
			timestamp: '2026-11-23T07:59:58Z',
			data: { id: 'x', new: true },
		});
		expect(triggerItem(received, receipt)).not.toHaveProperty('rawEvent');
	});
});

describe('of a delivery whose body is not proven', () => {
	const unproven: Receipt = { ...receipt, scheme: 'jwt', bodyProven: false, includeRawEvent: true };
	const told = event('interaction.requires_action', {
		id: 'v1_x',
		output_file_uri: 'https://elsewhere.example.com/x',
		error_message: 'made up',
		user_metadata: { order: 'made up' },
	});

	it('nothing is taken over but what the API confirmed', () => {
		const item = triggerItem(told, { ...unproven, metadata: { order: '7' } });
		expect(item).toMatchObject({ jobId: 'v1_x', occurredAt: null, outputFile: null, error: null });
		expect(item.metadata).toEqual({ order: '7' });
		expect(item).not.toHaveProperty('rawEvent');
	});

	it("is known by the job's state alone, as the delivery's id isn't signed", () => {
		const identity = identityOf(triggerItem(told, unproven));
		expect(identity).toEqual(['job:v1_x:requiresAction']);
	});
});

describe('identityOf', () => {
	const identity = (type: string, id?: string) =>
		identityOf(triggerItem(event(type, { id }), receipt));

	it.each([
		['batch.succeeded', 'batches/x', ['delivery:msg_1', 'job:batches/x:succeeded']],
		['batch.failed', 'batch_x', ['delivery:msg_1', 'job:batches/x:failed']],
		['interaction.requires_action', 'v1_x', ['delivery:msg_1', 'job:v1_x:requiresAction']],
		['batch.paused', 'batches/x', ['delivery:msg_1']],
		['batch.succeeded', undefined, ['delivery:msg_1']],
		['batch.succeeded', '../x', ['delivery:msg_1']],
	])('of %s about %s', (type, id, identities) => {
		expect(identity(type, id)).toEqual(identities);
	});

	it('is the same for the two events that Google may send about one video', () => {
		expect(identity('video.generated', 'v1_x')).toEqual(
			identity('interaction.completed', 'interactions/v1_x'),
		);
	});
});
