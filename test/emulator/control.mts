import type { Emulator } from './emulator.mts';
import { ApiError } from './errors.mts';
import type { FaultRule } from './faults.mts';
import type { JobError, JobInfo } from './jobs.mts';
import type { FunctionCall } from './interaction-run.mts';
import type { SendOptions } from './messages.mts';
import { parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { changeSettings } from './settings.mts';
import type { Settings } from './settings.mts';
import type { Answer } from './world.mts';

/**
 * The emulator's own endpoints, for tests and people that run it in another process:
 *
 *     GET    /__emulator                                what there is
 *     GET    /__emulator/settings        PATCH {...}    see settings.mts
 *     GET    /__emulator/clock           POST {advanceMs}
 *     GET    /__emulator/requests        DELETE         the log of API calls
 *     GET    /__emulator/other-requests                 what the host of redirected downloads got
 *     GET    /__emulator/deliveries      DELETE
 *     POST   /__emulator/deliveries/send {url, ...}     a hand-made delivery, see SendOptions
 *     POST   /__emulator/deliveries/{id}/redeliver {...}
 *     GET    /__emulator/jobs            GET jobs/{name}
 *     POST   /__emulator/jobs/{name}/complete | fail | expire | cancel | require-action | set
 *     GET    /__emulator/faults          POST {path, ...}   DELETE   DELETE faults/{id}
 *     GET    /__emulator/webhooks?key=   POST {uri, subscribed_events, name?, key?}
 *     GET    /__emulator/files?key=      POST {text|base64, mimeType, source?, name?, key?}   POST files/{id}/fail
 *     GET    /__emulator/api-keys        POST {key, sameProjectAs?}
 *     POST   /__emulator/keys/rotate     new JWKS
 *     POST   /__emulator/reset
 *
 * No API key is needed. A mistake is answered with 400 and `{error: {message}}`.
 */
export async function controlAnswer(
	emulator: Emulator,
	method: string,
	url: URL,
	body: Buffer,
): Promise<Answer> {
	const path = decodeURIComponent(url.pathname).replace(/^\/__emulator\/?/, '');
	try {
		const json = await control(emulator, method, path, url.searchParams, () => parseObject(body));
		if (json === undefined) return failure(404, `No such control: ${method} /__emulator/${path}`);
		return { json };
	} catch (error) {
		const mistake =
			error instanceof RangeError || error instanceof ApiError || error instanceof SyntaxError;
		return failure(mistake ? 400 : 500, (error as Error).message);
	}
}

const failure = (status: number, message: string): Answer => ({
	status,
	json: { error: { message } },
});

const CONTROLS = [
	'settings',
	'clock',
	'requests',
	'other-requests',
	'deliveries',
	'jobs',
	'faults',
	'webhooks',
	'files',
	'api-keys',
	'keys/rotate',
	'reset',
];

/** @returns the JSON to answer with; undefined when there is no such control */
async function control(
	emulator: Emulator,
	method: string,
	path: string,
	query: URLSearchParams,
	json: () => Json,
): Promise<unknown> {
	const [area, ...rest] = path.split('/');
	const key = query.get('key') ?? undefined;
	switch (`${method} ${area}`) {
		case 'GET ':
			return { emulator: 'Gemini API', url: emulator.url, controls: CONTROLS };
		case 'GET settings':
			return emulator.settings;
		case 'PATCH settings':
			return changeSettings(emulator.settings, json() as Partial<Settings>);
		case 'GET clock':
			return clockState(emulator);
		case 'POST clock':
			await emulator.clock.advance(Number(json().advanceMs));
			return clockState(emulator);
		case 'GET requests':
			return { requests: emulator.requests };
		case 'DELETE requests':
			emulator.requests.length = 0;
			return {};
		case 'GET other-requests':
			return { requests: emulator.otherRequests };
		case 'GET deliveries':
			return { deliveries: emulator.deliveries };
		case 'DELETE deliveries':
			emulator.clearDeliveries();
			return {};
		case 'POST deliveries':
			return await deliver(emulator, rest, json());
		case 'GET jobs':
			return rest.length > 0 ? emulator.jobs.get(rest.join('/')) : { jobs: emulator.jobs.list() };
		case 'POST jobs':
			return changeJob(emulator, rest.slice(0, -1).join('/'), rest.at(-1), json());
		case 'GET faults':
			return { faults: emulator.faults.list() };
		case 'POST faults':
			return { id: emulator.faults.add(json() as unknown as FaultRule) };
		case 'DELETE faults':
			emulator.faults.clear(rest[0]);
			return {};
		case 'GET webhooks':
			return { webhooks: emulator.webhooks.list(key) };
		case 'POST webhooks': {
			const { key: owner, ...fields } = json();
			return emulator.webhooks.add(fields as never, (owner as string | undefined) ?? key);
		}
		case 'GET files':
			return { files: emulator.files.list(key) };
		case 'POST files':
			return changeFile(emulator, rest, json());
		case 'GET api-keys':
			return { apiKeys: emulator.apiKeys() };
		case 'POST api-keys': {
			const { key: added, sameProjectAs } = json();
			emulator.addKey(String(added), sameProjectAs as string | undefined);
			return { apiKeys: emulator.apiKeys() };
		}
		case 'POST keys':
			if (rest[0] !== 'rotate') return undefined;
			emulator.keys.rotate();
			return emulator.keys.keySet(emulator.settings);
		case 'POST reset':
			emulator.reset();
			return {};
		default:
			return undefined;
	}
}

const clockState = ({ clock }: Emulator): Json => ({ now: clock.now(), offsetMs: clock.offset });

async function deliver(emulator: Emulator, rest: string[], options: Json): Promise<unknown> {
	if (rest[0] === 'send') return await emulator.send(options as unknown as SendOptions);
	if (rest[1] === 'redeliver') return await emulator.redeliver(rest[0] as string, options);
	return undefined;
}

function changeJob(
	emulator: Emulator,
	name: string,
	action: string | undefined,
	body: Json,
): JobInfo | undefined {
	const { jobs } = emulator;
	switch (action) {
		case 'complete':
			return jobs.complete(name, body);
		case 'fail': {
			if (body.error === null) return jobs.fail(name, null);
			const error = (body.error ?? body) as unknown as JobError;
			return jobs.fail(name, 'message' in error ? { ...error, code: error.code ?? 13 } : undefined);
		}
		case 'expire':
			return jobs.expire(name);
		case 'cancel':
			return jobs.cancel(name);
		case 'require-action':
			return jobs.requireAction(name, body.calls as FunctionCall[] | undefined);
		case 'set':
			return jobs.set(name, String(body.state));
		default:
			return undefined;
	}
}

function changeFile(emulator: Emulator, rest: string[], body: Json): Json | undefined {
	const key = body.key as string | undefined;
	if (rest.at(-1) === 'fail') {
		emulator.files.fail(`files/${rest.at(-2)}`, body.error as never, key);
		return {};
	}
	if (rest.length > 0) return undefined;
	const { text, base64, mimeType = 'text/plain', source = 'GENERATED', name } = body;
	const bytes =
		typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(String(text ?? ''));
	const file = {
		bytes,
		mimeType: String(mimeType),
		source: source as 'GENERATED',
		name: name as string | undefined,
	};
	return { name: emulator.files.add(file, key) };
}
