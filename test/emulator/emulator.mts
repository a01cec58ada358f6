import { Clock } from './clock.mts';
import { bytesOf } from './content.mts';
import { Deliveries } from './deliveries.mts';
import type { Delivery } from './deliveries.mts';
import { Faults } from './faults.mts';
import { addFile, findFile, showFile } from './files.mts';
import type { NewFile, StoredFile } from './files.mts';
import { Jobs } from './jobs.mts';
import { SigningKeys } from './jwks.mts';
import { close, listen } from './listen.mts';
import type { Attempt, SendOptions } from './messages.mts';
import { OtherHost } from './other-host.mts';
import type { OtherRequest } from './other-host.mts';
import type { Json } from './proto-json.mts';
import { createServer } from './server.mts';
import type { RequestRecord } from './server.mts';
import { changeSettings, defaultSettings } from './settings.mts';
import type { Settings } from './settings.mts';
import { addWebhook, showWebhook } from './webhooks.mts';
import { newProject } from './world.mts';
import type { Project, World } from './world.mts';

export interface EmulatorOptions {
	/** 0, the default, takes any free port. */
	port?: number;
	/** `127.0.0.1` when left out. */
	host?: string;
	/** One project per entry; an inner list is several keys of one project. `['test-key']` when left out. */
	apiKeys?: Array<string | string[]>;
	settings?: Partial<Settings>;
	/** Called with one line of plain words per request, delivery and change of a job. */
	log?: (line: string) => void;
}

/** A running emulator. Everything here is also reachable by HTTP under `/__emulator`, see control.mts. */
export class Emulator {
	readonly settings: Settings;
	readonly clock = new Clock();
	readonly faults = new Faults();
	readonly keys = new SigningKeys();
	readonly jobs: Jobs;
	/** Every request to the API, oldest first. */
	readonly requests: RequestRecord[] = [];
	#deliveries = new Deliveries(() => this.#world);
	#other = new OtherHost(() => this.#world);
	#world: World;
	#options: EmulatorOptions;
	#server: ReturnType<typeof createServer>;

	constructor(options: EmulatorOptions) {
		this.#options = options;
		this.settings = changeSettings(defaultSettings(), options.settings ?? {});
		this.#world = {
			settings: this.settings,
			clock: this.clock,
			keys: this.keys,
			faults: this.faults,
			deliveries: this.#deliveries,
			other: this.#other,
			requests: this.requests,
			projects: new Map(),
			url: '',
			log: options.log ?? (() => undefined),
		};
		this.jobs = new Jobs(this.#world);
		this.#openProjects();
		this.#server = createServer(() => this, this.#world);
	}

	/** Base URL without a trailing slash, e.g. `http://127.0.0.1:8787`. */
	get url(): string {
		return this.#world.url;
	}

	/** What the host got that downloads are redirected to (`downloadRedirect: 'other'`), oldest first. */
	get otherRequests(): readonly OtherRequest[] {
		return this.#other.requests;
	}

	/** Every delivery with its attempts, oldest first. */
	get deliveries(): readonly Delivery[] {
		return this.#deliveries.list;
	}

	/** A hand-made delivery, signed with the emulator's keys. Resolves with what the receiver answered. */
	send(options: SendOptions): Promise<Attempt> {
		return this.#deliveries.send(options);
	}

	/** One more attempt of a recorded delivery, with the same `webhook-id` unless told otherwise. */
	redeliver(id: string, overrides?: Partial<SendOptions>): Promise<Attempt> {
		return this.#deliveries.redeliver(id, overrides);
	}

	readonly webhooks = {
		/** The webhooks of a key's project as the API shows them, newest last. */
		list: (apiKey?: string): Json[] =>
			[...this.#project(apiKey).webhooks.values()].map((one) => showWebhook(one, this.clock.now())),
		/** Registers a webhook; `secret` is its signing secret. */
		add: (
			fields: { name?: string; uri: string; subscribed_events: string[] },
			apiKey?: string,
		): { id: string; secret: string } => {
			const { webhook, secret } = addWebhook(this.#world, this.#project(apiKey), fields);
			return { id: webhook.id, secret };
		},
	};

	readonly files = {
		/** The files of a key's project as the API shows them. */
		list: (apiKey?: string): Json[] =>
			[...this.#project(apiKey).files.values()].map((file) => showFile(this.#world, file)),
		/** Stores a file without an upload. Returns its name. */
		add: (file: NewFile, apiKey?: string): string =>
			addFile(this.#world, this.#project(apiKey), file).name,
		/** The content of a file. */
		bytes: (name: string, apiKey?: string): Buffer => bytesOf(this.#file(name, apiKey).content),
		/** Makes a file FAILED. */
		fail: (
			name: string,
			error = { code: 3, message: 'Unsupported file.' },
			apiKey?: string,
		): void => {
			Object.assign(this.#file(name, apiKey), { error, pollsProcessing: 0 });
		},
	};

	/** Adds an API key: of a new project, or of the project of `sameProjectAs`. */
	addKey(key: string, sameProjectAs?: string): void {
		const project = sameProjectAs === undefined ? newProject(key) : this.#project(sameProjectAs);
		this.#world.projects.set(key, project);
	}

	/** The API keys with the names of their projects. */
	apiKeys(): Array<{ key: string; project: string }> {
		return [...this.#world.projects].map(([key, { name }]) => ({ key, project: name }));
	}

	/** Back to the start: no jobs, webhooks, files, faults and records, the first settings and API keys. The clock keeps its offset. */
	reset(): void {
		this.clock.clear();
		this.faults.clear();
		this.#deliveries.clear();
		this.#other.clear();
		this.requests.length = 0;
		Object.assign(this.settings, defaultSettings(), this.#options.settings);
		this.#openProjects();
	}

	/** Opens the port, and one more for redirected downloads. */
	async listen(): Promise<void> {
		const { port = 0, host = '127.0.0.1' } = this.#options;
		this.#world.url = `http://${await listen(this.#server, port, host)}`;
		await this.#other.listen(host);
	}

	/** Ends every connection and timer. */
	async close(): Promise<void> {
		this.clock.stop();
		this.#deliveries.close();
		await Promise.all([close(this.#server), this.#other.close()]);
		await this.clock.settled();
	}

	/** Forgets the recorded deliveries. */
	clearDeliveries(): void {
		this.#deliveries.clear();
	}

	#openProjects(): void {
		this.#world.projects.clear();
		for (const entry of this.#options.apiKeys ?? ['test-key']) {
			const keys = [entry].flat();
			const project = newProject(keys[0] as string);
			for (const key of keys) this.#world.projects.set(key, project);
		}
	}

	#project(apiKey?: string): Project {
		const { projects } = this.#world;
		const project = apiKey === undefined ? projects.values().next().value : projects.get(apiKey);
		if (!project) throw new RangeError(`No API key ${apiKey}`);
		return project;
	}

	#file(name: string, apiKey?: string): StoredFile {
		const file = findFile(this.#world, this.#project(apiKey), name);
		if (!file) throw new RangeError(`No file ${name}`);
		return file;
	}
}
