import type { IncomingHttpHeaders } from 'node:http';
import type { Batch } from './batches.mts';
import type { Clock } from './clock.mts';
import type { Content } from './content.mts';
import type { Deliveries } from './deliveries.mts';
import type { ErrorStyle } from './errors.mts';
import type { Faults } from './faults.mts';
import type { StoredFile } from './files.mts';
import type { Interaction } from './interactions.mts';
import type { SigningKeys } from './jwks.mts';
import type { VideoOperation } from './operations.mts';
import type { OtherHost } from './other-host.mts';
import type { RequestRecord } from './server.mts';
import type { Settings } from './settings.mts';
import type { Upload } from './uploads.mts';
import type { Webhook } from './webhooks.mts';

/** A Google Cloud project: what its API keys can see. Maps are in the order of creation. */
export interface Project {
	name: string;
	webhooks: Map<string, Webhook>;
	batches: Map<string, Batch>;
	files: Map<string, StoredFile>;
	uploads: Map<string, Upload>;
	interactions: Map<string, Interaction>;
	operations: Map<string, VideoOperation>;
}

/** Everything one emulator holds. */
export interface World {
	settings: Settings;
	clock: Clock;
	keys: SigningKeys;
	faults: Faults;
	deliveries: Deliveries;
	/** Where downloads are redirected to. */
	other: OtherHost;
	requests: RequestRecord[];
	/** API key -> project; two keys may open the same project. */
	projects: Map<string, Project>;
	/** Where the emulator listens, e.g. `http://127.0.0.1:8787`. */
	url: string;
	/** One line of plain words about what happened. */
	log: (line: string) => void;
}

/** One API call as a route sees it. */
export interface Call {
	world: World;
	project: Project;
	/** `v1`, `v1beta` or `v1alpha`. */
	version: string;
	/** The captures of the route's path, decoded. */
	params: string[];
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/** An answer: `json`, `bytes` or `content`. Status 200 when left out. */
export interface Answer {
	status?: number;
	headers?: Record<string, string>;
	json?: unknown;
	bytes?: Buffer;
	/** For bodies that may be large. */
	content?: Content;
}

export interface Route {
	method: string;
	/** Matched against the path after the version, without a leading slash. */
	path: RegExp;
	/** How errors of this route look. */
	style?: ErrorStyle;
	handle: (call: Call) => Answer;
}

export function newProject(name: string): Project {
	return {
		name,
		webhooks: new Map(),
		batches: new Map(),
		files: new Map(),
		uploads: new Map(),
		interactions: new Map(),
		operations: new Map(),
	};
}
