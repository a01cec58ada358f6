import type { Delivery } from './deliveries.mts';
import type { ActiveFault, FaultRule } from './faults.mts';
import type { BatchOutcome } from './batch-run.mts';
import type { FunctionCall, InteractionOutcome } from './interaction-run.mts';
import type { JobError, JobInfo } from './jobs.mts';
import type { Attempt, SendOptions } from './messages.mts';
import type { OtherRequest } from './other-host.mts';
import type { RequestRecord } from './server.mts';
import type { Settings } from './settings.mts';

interface ClockState {
	/** Emulator milliseconds. */
	now: number;
	/** How far it is ahead of the real clock. */
	offsetMs: number;
}

/** The client of `/__emulator` at `url` (base URL of the emulator). Rejects with the emulator's own message. */
export function controlClient(url: string) {
	async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${url.replace(/\/$/, '')}/__emulator/${path}`, {
			method,
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const json = (await response.json()) as T & { error?: { message: string } };
		if (!response.ok)
			throw new Error(json.error?.message ?? `Emulator answered ${response.status}`);
		return json;
	}
	const job = (name: string, action: string, body: object = {}): Promise<JobInfo> =>
		call('POST', `jobs/${name}/${action}`, body);
	const ofKey = (apiKey?: string): string => (apiKey ? `?key=${encodeURIComponent(apiKey)}` : '');

	return {
		settings: {
			get: (): Promise<Settings> => call('GET', 'settings'),
			change: (changes: Partial<Settings>): Promise<Settings> => call('PATCH', 'settings', changes),
		},
		clock: {
			get: (): Promise<ClockState> => call('GET', 'clock'),
			/** Resolves when everything that fell due has happened. */
			advance: (advanceMs: number): Promise<ClockState> => call('POST', 'clock', { advanceMs }),
		},
		requests: {
			list: async (): Promise<RequestRecord[]> =>
				(await call<{ requests: RequestRecord[] }>('GET', 'requests')).requests,
			clear: (): Promise<unknown> => call('DELETE', 'requests'),
			/** What the host of redirected downloads got. */
			other: async (): Promise<OtherRequest[]> =>
				(await call<{ requests: OtherRequest[] }>('GET', 'other-requests')).requests,
		},
		deliveries: {
			list: async (): Promise<Delivery[]> =>
				(await call<{ deliveries: Delivery[] }>('GET', 'deliveries')).deliveries,
			clear: (): Promise<unknown> => call('DELETE', 'deliveries'),
			send: (options: SendOptions): Promise<Attempt> => call('POST', 'deliveries/send', options),
			redeliver: (id: string, overrides: Partial<SendOptions> = {}): Promise<Attempt> =>
				call('POST', `deliveries/${id}/redeliver`, overrides),
		},
		jobs: {
			list: async (): Promise<JobInfo[]> => (await call<{ jobs: JobInfo[] }>('GET', 'jobs')).jobs,
			get: (name: string): Promise<JobInfo> => call('GET', `jobs/${name}`),
			complete: (name: string, options?: BatchOutcome & InteractionOutcome): Promise<JobInfo> =>
				job(name, 'complete', options),
			fail: (name: string, error?: JobError | null): Promise<JobInfo> =>
				job(name, 'fail', error === undefined ? {} : { error }),
			expire: (name: string): Promise<JobInfo> => job(name, 'expire'),
			cancel: (name: string): Promise<JobInfo> => job(name, 'cancel'),
			requireAction: (name: string, calls?: FunctionCall[]): Promise<JobInfo> =>
				job(name, 'require-action', { calls }),
			set: (name: string, state: string): Promise<JobInfo> => job(name, 'set', { state }),
		},
		faults: {
			/** Returns the id of the rule. */
			add: async ({ path, ...rest }: FaultRule): Promise<string> => {
				const source = path instanceof RegExp ? path.source : path;
				return (await call<{ id: string }>('POST', 'faults', { path: source, ...rest })).id;
			},
			list: async (): Promise<ActiveFault[]> =>
				(await call<{ faults: ActiveFault[] }>('GET', 'faults')).faults,
			clear: (id?: string): Promise<unknown> => call('DELETE', id ? `faults/${id}` : 'faults'),
		},
		webhooks: {
			list: async (apiKey?: string): Promise<Array<Record<string, unknown>>> =>
				(await call<{ webhooks: [] }>('GET', `webhooks${ofKey(apiKey)}`)).webhooks,
			add: (
				fields: { name?: string; uri: string; subscribed_events: string[] },
				apiKey?: string,
			): Promise<{ id: string; secret: string }> =>
				call('POST', `webhooks${ofKey(apiKey)}`, fields),
		},
		files: {
			list: async (apiKey?: string): Promise<Array<Record<string, unknown>>> =>
				(await call<{ files: [] }>('GET', `files${ofKey(apiKey)}`)).files,
			/** Returns the name of the new file. */
			add: async (
				file: { text?: string; base64?: string; mimeType?: string; source?: string; name?: string },
				apiKey?: string,
			): Promise<string> =>
				(await call<{ name: string }>('POST', 'files', { ...file, key: apiKey })).name,
		},
		/** Adds an API key, of a new project or of the project of another key. */
		addKey: (key: string, sameProjectAs?: string): Promise<unknown> =>
			call('POST', 'api-keys', { key, sameProjectAs }),
		/** Replaces the oldest of the signing keys. */
		rotateKeys: (): Promise<unknown> => call('POST', 'keys/rotate'),
		reset: (): Promise<unknown> => call('POST', 'reset'),
	};
}

export type ControlClient = ReturnType<typeof controlClient>;
