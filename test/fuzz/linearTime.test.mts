/**
 * A megabyte of anything takes no longer than a megabyte of good input might: no pattern that goes back again and
 * again, no list that is searched for each of its entries, no nesting that ends the process.
 */
import { readSignedHeaders, withBody } from '../../nodes/shared/delivery/signedContent.ts';
import { claimedNonce, readCallbackToken } from '../../nodes/shared/delivery/callbackToken.ts';
import { jobName, parseEnvelope } from '../../nodes/shared/delivery/envelope.ts';
import { signingKey } from '../../nodes/shared/delivery/hmac.ts';
import { parseKeySet } from '../../nodes/shared/delivery/keySet.ts';
import { readMetadata } from '../../nodes/shared/delivery/metadata.ts';
import { openSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import { failureFromAnswer } from '../../nodes/shared/gemini/failure.ts';
import { fileName } from '../../nodes/shared/gemini/files.ts';
import { redact, redactJson } from '../../nodes/shared/gemini/redact.ts';
import { readQuestion } from '../../nodes/shared/delivery/triggerCheck.ts';
import { parsedAnswer } from '../../nodes/shared/parsedAnswer.ts';
import { whyNotCallable } from '../../nodes/shared/publicUrl.ts';
import { functionCallFields } from '../../nodes/shared/jobs/functionCalls.ts';
import { interactionIdFrom, readReferences } from '../../nodes/shared/jobs/reference.ts';
import { readAnswer } from '../../nodes/GeminiInteraction/answer.ts';
import { triggerItem } from '../../nodes/GeminiWebhookTrigger/item.ts';
import { fileEntries } from '../../nodes/GeminiBatch/results/entries.ts';
import { figures } from '../support/figures.mts';
import { headersOf, NOW } from '../unit/support/deliveries.mts';
import { API_KEY } from './support/invariants.mts';

const MEGABYTE = 1_000_000;
/** Milliseconds. What takes quadratic time needs minutes for a megabyte. */
const MOST = 2000;

const filled = (unit: string): string =>
	unit.repeat(Math.ceil(MEGABYTE / unit.length)).slice(0, MEGABYTE);
const wrapped = (before: string, unit: string, after: string): string =>
	before + filled(unit) + after;

const texts = [
	...'aA1._-=/\\ ,;:?&#%@[]{}"\'\n\t\u0000é'.split('').map(filled),
	...[
		'a.',
		'a/',
		'/.',
		'files/',
		'files/a/',
		'https://',
		'https://a/files/',
		'https://a/b?key=',
		'batches/',
		'v1,AAAA ',
		'v1a,',
		'AIza',
		'AIzaSy',
		'whsec_',
		'?key=',
		'&job_token=',
		'\\u0026key\\u003d',
		'\\u005f',
		'__proto__',
		'"\\',
		'\\"',
		'\u2028',
		'5s',
		'0.',
	].map(filled),
	wrapped('{"key":"', '\\\\', ''),
	wrapped('{"key":"', '\\"', '"'),
	wrapped('https://a/', 'files/', '!'),
	wrapped('files/', 'a', '!'),
	wrapped('', '[', ''),
	wrapped('', '{"a":', ''),
	`${'['.repeat(MEGABYTE / 2)}${']'.repeat(MEGABYTE / 2)}`,
	`{"type":"batch.failed","data":${'['.repeat(MEGABYTE / 2)}${']'.repeat(MEGABYTE / 2)}}`,
	`{"type":"batch.failed","data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
	`{"type":"batch.failed","__proto__":${'['.repeat(MEGABYTE / 2)}${']'.repeat(MEGABYTE / 2)}}`,
	`{"type":"batch.failed","user_metadata":{${Array.from({ length: 40_000 }, (_, index) => `"name-${index}":"x"`).join()}}}`,
	`{"error":{"message":"${filled('x')}","details":[${filled('{},').slice(0, -1)}]}}`,
	`{"keys":[${filled('{"kty":"OKP"},').replace(/[^}]*$/, '')}]}`,
];

const all = async (text: string): Promise<void> => {
	for await (const entry of fileEntries([Buffer.from(text)])) expect(entry).toBeDefined();
};
const orNothing = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

const readers: Record<string, (text: string) => unknown> = {
	headers: (text) =>
		readSignedHeaders(
			{ 'webhook-id': text, 'webhook-timestamp': text, 'webhook-signature': text },
			NOW,
		),
	'a signature': (text) => readSignedHeaders(headersOf(text), NOW),
	'a body': (text) => withBody(readSignedHeaders(headersOf('v1,AAAA'), NOW), Buffer.from(text)),
	'an event and its item': (text) => {
		const event = parseEnvelope(Buffer.from(text));
		const receipt = {
			deliveryId: 'x',
			scheme: 'v1',
			bodyProven: true,
			receivedAt: 0,
			metadata: {},
			includeRawEvent: true,
		} as const;
		return event && triggerItem(event, receipt);
	},
	'a callback token': (text) => [readCallbackToken(text, '/a', API_KEY, NOW), claimedNonce(text)],
	'a question to a trigger': (text) => readQuestion(text, '/a', API_KEY, NOW),
	'a set of keys': (text) => parseKeySet(orNothing(text)),
	secrets: (text) => [signingKey(text), openSecret(text, API_KEY)],
	'an error': (text) =>
		failureFromAnswer({ status: 400, headers: { 'retry-after': text }, body: Buffer.from(text) }, [
			API_KEY,
		]),
	redaction: (text) => redact(text, [API_KEY]),
	'names and addresses': (text) => [
		fileName(text),
		jobName('batch', text),
		readReferences(text),
		interactionIdFrom(text),
		whyNotCallable(text, 'https://a'),
	],
	"a model's answer": (text) => parsedAnswer(text, 'json'),
	'a file of results': all,
};

/** Milliseconds. What took too long may have had bad luck with the machine, and gets two more tries. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
	let took = Infinity;
	for (let attempt = 0; attempt < 3 && took >= MOST; attempt++) {
		const started = performance.now();
		await work();
		took = Math.min(took, performance.now() - started);
	}
	return took;
}

test.each(Object.entries(readers))(
	'%s',
	async (name, read) => {
		let slowest = { took: 0, start: '' };
		for (const text of texts) {
			const took = await fastest(async () => await read(text));
			if (took > slowest.took) slowest = { took, start: text.slice(0, 20) };
		}
		figures(`a megabyte of anything as ${name}`, {
			'ms at most': Math.round(slowest.took),
			for: JSON.stringify(slowest.start),
		});
		expect(slowest.took).toBeLessThan(MOST);
	},
	60_000,
);

test('tens of thousands of steps, calls and metadata', () => {
	const steps = Array.from({ length: 30_000 }, (_, index) => ({
		type: index % 2 ? 'function_call' : 'function_result',
		id: `${index}`,
		call_id: `${index}x`,
		name: 'f',
	}));
	const texts = Array.from({ length: 30_000 }, () => ({
		type: 'model_output',
		content: [{ type: 'text', text: '' }],
	}));
	const started = performance.now();
	expect(functionCallFields({ steps })).toHaveLength(15_000);
	expect(readAnswer({ steps: texts }, 'v1_x', 'json').text).toBeNull();
	expect(
		Object.keys(readMetadata(Object.fromEntries(steps.map(({ id }) => [`n${id}`, id])))),
	).toHaveLength(30_000);
	expect(performance.now() - started).toBeLessThan(MOST);
});

test('nesting without end is no event and no data, and ends nothing', () => {
	const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
	expect(parseEnvelope(Buffer.from(`{"type":"ping","data":${deep}}`))).toBeUndefined();
	expect(parsedAnswer(deep, 'json')).toBeNull();
	const levels = (count: number) =>
		`{"type":"ping","data":${'['.repeat(count)}${']'.repeat(count)}}`;
	const event = parseEnvelope(Buffer.from(levels(150)));
	expect(redactJson(event?.raw)).toEqual(JSON.parse(levels(150)));
});
