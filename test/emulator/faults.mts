import { PRESETS } from './fault-presets.mts';
import type { PresetName } from './fault-presets.mts';
import { anyId } from './ids.mts';

/**
 * A rule that spoils the answers to matching requests. Without `status`, `body`, `html`, `emptyBody` or `cut` the
 * real answer is sent: late (`delayMs`), slowly (`slowBodyMs`), without its length (`chunked`) or with more `headers`.
 */
export interface FaultRule {
	/** HTTP method; any when left out. */
	method?: string;
	/** Tested against path and query as received, e.g. `/v1beta/batches/x`. A string is the source of a regular expression. */
	path: RegExp | string;
	/** The fields of a trouble by name, see fault-presets.mts; fields given here count more. */
	preset?: PresetName;
	/** How many requests it spoils; 1 when left out, `null` for all. */
	times?: number | null;
	/** How many matching requests pass first. */
	skip?: number;
	/** The request takes effect, only its answer is lost: what makes retries create things twice. */
	after?: boolean;
	/** Real milliseconds before the answer. */
	delayMs?: number;
	/** HTTP status of the answer. */
	status?: number;
	/** Message of the error body that goes with `status`. */
	message?: string;
	/** google.rpc name or interactions code of that error; by the status when left out. */
	code?: string;
	/** Details of that error; those of a quota for a 429. */
	details?: unknown[];
	/** That error comes wrapped in a list. */
	array?: boolean;
	/** Body: a string is sent as it is, anything else as JSON. */
	body?: unknown;
	/** Headers to add. */
	headers?: Record<string, string>;
	/** An HTML page, as proxies send it. */
	html?: boolean;
	/** No body at all, with status 200 unless `status` says otherwise. */
	emptyBody?: boolean;
	/** `true`: the connection breaks instead of an answer; `body`: it breaks in the middle of the real answer. */
	cut?: boolean | 'body';
	/** The body of the real answer takes this many real milliseconds. */
	slowBodyMs?: number;
	/** The body of the real answer comes without a `content-length`. */
	chunked?: boolean;
}

export interface ActiveFault extends Omit<FaultRule, 'path' | 'times' | 'skip' | 'preset'> {
	id: string;
	path: string;
	/** Requests still to spoil; null: all. */
	left: number | null;
	/** Matching requests still to let pass. */
	skip: number;
	/** Requests spoilt so far. */
	hits: number;
}

/** The rules in force, oldest first; the first one that matches wins. */
export class Faults {
	#rules: ActiveFault[] = [];

	/** @returns the id of the new rule */
	add({ preset, ...rule }: FaultRule): string {
		if (preset !== undefined && !(preset in PRESETS))
			throw new RangeError(`Unknown fault preset "${String(preset)}"`);
		const { path, times = 1, skip = 0, ...rest } = { ...(preset && PRESETS[preset]), ...rule };
		const source = path instanceof RegExp ? path.source : path;
		if (typeof source !== 'string') throw new RangeError('A fault needs a path');
		new RegExp(source);
		const id = anyId();
		this.#rules.push({ id, path: source, left: times, skip, hits: 0, ...rest });
		return id;
	}

	list(): ActiveFault[] {
		return this.#rules.map((rule) => ({ ...rule }));
	}

	/** Takes one rule away, or all of them. */
	clear(id?: string): void {
		this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
	}

	/** The rule for this request, already counted; undefined when none applies. */
	take(method: string, target: string): ActiveFault | undefined {
		for (const rule of this.#rules) {
			const fits = !rule.method || rule.method.toUpperCase() === method;
			if (rule.left === 0 || !fits || !new RegExp(rule.path).test(target)) continue;
			if (rule.skip > 0) {
				rule.skip -= 1;
				continue;
			}
			if (rule.left !== null) rule.left -= 1;
			rule.hits += 1;
			return rule;
		}
		return undefined;
	}
}
