import { invalidKey } from './errors.mts';
import type { FaultRule } from './faults.mts';

const revoked = invalidKey();

/** Troubles by name: `emulator.faults.add({ preset: 'quota', path: ':batchGenerateContent' })`. */
export const PRESETS = {
	/** 429 with QuotaFailure and RetryInfo (37 s) among its details. */
	quota: { status: 429 },
	/** 500. */
	internal: { status: 500 },
	/** 503. */
	overloaded: { status: 503 },
	/** 503 although the call took effect: what makes retries create things twice. */
	'lost-answer': { status: 503, after: true },
	/** The headers come two real seconds late. */
	slow: { delayMs: 2_000 },
	/** The body takes two real seconds. */
	'slow-body': { slowBodyMs: 2_000 },
	/** A body without `content-length`. */
	'no-length': { chunked: true },
	/** No answer at all. */
	cut: { cut: true },
	/** The connection breaks after half of the body. */
	'cut-body': { cut: 'body' },
	/** A proxy's 502 page. */
	html: { html: true },
	/** 503, its error wrapped in a list, as some of Google's front ends do. */
	array: { status: 503, array: true },
	/** 200 without a body. */
	empty: { emptyBody: true },
	/** 400 API_KEY_INVALID, as after the key was revoked; for good with the setting `revokedKeys`. */
	'revoked-key': { status: revoked.status, message: revoked.message, details: revoked.details },
	/** 403, e.g. on a download. */
	forbidden: { status: 403 },
	/** 404, e.g. for a job that is not readable yet. */
	missing: { status: 404 },
	/** 400 `content_blocked` of the Interactions API. */
	'content-blocked': { status: 400, code: 'content_blocked', message: 'The content was blocked.' },
} satisfies Record<string, Omit<FaultRule, 'path'>>;

export type PresetName = keyof typeof PRESETS;
