/**
 * Google's public keys can't be had, or change, while deliveries come in: each delivery is put off and arrives later, once;
 * none gets in unproven.
 */
import { startEmulator } from '../emulator/index.mts';
import type { Attempt, Emulator } from '../emulator/index.mts';
import { finishBatch, succeeded, triggerUrl } from '../support/deliveries.mts';
import { startCounter } from '../support/counter.mts';
import type { Counter } from '../support/counter.mts';
import { CREDENTIAL_TYPE, fitIn } from '../support/examples.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { EFFECT, receiving } from './support/workflows.mts';

let stage: Stage;
let counter: Counter;
/** What came of each case, in their order: all are played at once, as n8n reads keys again after 30 s at the earliest. */
let outcomes: Outcome[];

beforeAll(async () => {
	stage = await openStage();
	counter = await startCounter();
	outcomes = await Promise.all(CASES.map(play));
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await counter?.close();
});

const effectsOf = (job: string) => counter.of(EFFECT).get(job) ?? 0;

const KEYS = /\/\.well-known\/jwks\.json/;

interface Case {
	what: string;
	/** Whether a delivery comes in before, so that n8n has keys. */
	isWarm?: boolean;
	spoil: (emulator: Emulator) => void;
	mend: (emulator: Emulator) => void;
	/** What the first attempt at a delivery is answered meanwhile. */
	first: number;
}

const forget = (emulator: Emulator) => emulator.faults.clear();
const normal = ({ settings }: Emulator) => Object.assign(settings, { jwks: 'normal' });
const set = (jwks: Emulator['settings']['jwks']) => (emulator: Emulator) =>
	Object.assign(emulator.settings, { jwks });

const CASES: Case[] = [
	{ what: 'answers 503', spoil: set('down'), mend: normal, first: 503 },
	{ what: 'is an HTML page', spoil: set('garbage'), mend: normal, first: 503 },
	{ what: 'is empty', spoil: set('empty'), mend: normal, first: 503 },
	// Google's word as it stands: no key of it verifies the signature.
	{ what: 'has RSA keys only', spoil: set('rsa-only'), mend: normal, first: 401 },
	{
		what: 'takes 7 seconds, more than n8n waits for',
		spoil: ({ settings }) => Object.assign(settings, { jwksDelayMs: 7000 }),
		mend: ({ settings }) => Object.assign(settings, { jwksDelayMs: 0 }),
		first: 503,
	},
	{
		what: 'breaks the connection',
		spoil: ({ faults }) => faults.add({ path: KEYS, cut: true, times: null }),
		mend: forget,
		first: 503,
	},
	{
		what: 'breaks in the middle',
		spoil: ({ faults }) => faults.add({ path: KEYS, cut: 'body', times: null }),
		mend: forget,
		first: 503,
	},
	{
		what: 'is down after n8n has read it',
		isWarm: true,
		spoil: set('down'),
		mend: normal,
		first: 202,
	},
	{
		what: 'has a new key that n8n has not read yet',
		isWarm: true,
		spoil: ({ keys, settings }) => {
			keys.rotate();
			settings.keyIndex = 2;
		},
		mend: () => undefined,
		// Read seconds ago, so a signature it doesn't know counts as forged until it is read again.
		first: 401,
	},
	{
		what: 'has a new key and is down',
		isWarm: true,
		spoil: ({ keys, settings }) => {
			keys.rotate();
			Object.assign(settings, { keyIndex: 2, jwks: 'down' });
		},
		mend: normal,
		first: 401,
	},
];

/** A Gemini API of its own, and a published workflow that takes its deliveries: n8n keeps keys for each address. */
async function openCase() {
	const settings = { retryFirstMs: 500, retryMaxMs: 3000 };
	const emulator = await startEmulator({ apiKeys: [API_KEY], settings });
	const { api, n8n } = stage;
	const credential = await api.createCredential(CREDENTIAL_TYPE, {
		apiKey: API_KEY,
		baseUrl: emulator.url,
		apiVersion: 'v1beta',
	});
	const { id } = await api.createWorkflow(fitIn(receiving(counter), credential, n8n.url));
	await api.publish(id);
	return { emulator, url: await triggerUrl(stage, id) };
}

interface Outcome {
	/** The deliveries' attempts, by job. */
	attempts: Attempt[][];
	/** How often each job was put through. */
	effects: number[];
	/** Statuses that deliveries got which Google didn't sign. */
	forged: Array<number | null>;
	/** How often their job was put through. */
	forgedEffects: number;
}

async function play({ isWarm, spoil, mend }: Case): Promise<Outcome> {
	const { emulator, url } = await openCase();
	const report = async () => await finishBatch(emulator, API_KEY, url);
	const arrives = async (job: string) =>
		await eventually(() => effectsOf(job) > 0, { timeoutMs: 90_000 });
	const attemptsAt = (job: string) =>
		emulator.deliveries.filter((one) => one.job === job).flatMap(({ attempts }) => attempts);
	if (isWarm) await arrives(await report());

	spoil(emulator);
	const jobs = [await report(), await report(), await report()];
	await eventually(() => jobs.every((job) => attemptsAt(job).length > 0), { timeoutMs: 30_000 });
	// Somebody uses the moment, for a job that Google reports to nobody.
	const foreign = await finishBatch(emulator);
	const event = succeeded(foreign);
	const forged = [
		await emulator.send({ url, event, keyIndex: 'upcoming' }),
		await emulator.send({ url, event, scheme: 'none' }),
	];
	mend(emulator);
	for (const job of jobs) await arrives(job);
	await emulator.close();
	return {
		attempts: jobs.map(attemptsAt),
		effects: jobs.map((job) => effectsOf(job)),
		forged: forged.map(({ status }) => status),
		forgedEffects: effectsOf(foreign),
	};
}

test.each(CASES)('the key set $what', ({ what, first }) => {
	const outcome = outcomes[CASES.findIndex((one) => one.what === what)];
	figures(`the key set ${what}`, {
		deliveries: outcome.attempts.length,
		attempts: outcome.attempts.flat().length,
		'accepted though forged': outcome.forged.filter((status) => status === null || status < 300)
			.length,
		lost: outcome.effects.filter((count) => count === 0).length,
		doubles: outcome.effects.filter((count) => count > 1).length,
	});
	expect(outcome.attempts.map(([{ status }]) => status)).toEqual([first, first, first]);
	expect(outcome.attempts.map((all) => all.at(-1)!.status)).toEqual([202, 202, 202]);
	expect(outcome.effects).toEqual([1, 1, 1]);
	expect(outcome.forged.every((status) => status === 401 || status === 503)).toBe(true);
	expect(outcome.forgedEffects).toBe(0);
});
