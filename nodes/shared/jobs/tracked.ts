import type { INodeExecutionData } from 'n8n-workflow';

import { readMetadata, type Metadata } from '../delivery/metadata';
import { isJson, text, type Json } from '../json';
import { adviceFor } from './advice';
import type { JobDescription } from './describe';
import type { JobReference, JobType } from './types';

/** A job that a node started or looks after, and the incoming items it belongs to. */
export interface TrackedJob extends JobReference {
	/** Recognises the callbacks of this start; empty for a job that was started elsewhere. */
	nonce: string;
	metadata: Metadata;
	/** The job belongs to `count` incoming items, from index `first` on. */
	first: number;
	count: number;
	/** The incoming items, where they don't follow each other. */
	items?: number[];
	/** What the job's item hands on to a later operation beside the job's own fields; plain JSON, no secrets. */
	carried?: Json;
}

/** A tracked job as the API described it last, with the API's own JSON. */
export interface TrackedAnswer {
	tracked: TrackedJob;
	job: JobDescription;
	raw: Json;
}

/** Reads back what was stored as JSON. */
export const readTracked = (stored: Json): TrackedJob => ({
	jobType: stored.jobType as JobType,
	jobId: String(stored.jobId),
	nonce: text(stored.nonce) ?? '',
	metadata: readMetadata(stored.metadata),
	first: Number(stored.first ?? 0),
	count: Number(stored.count ?? 1),
	...(Array.isArray(stored.items) ? { items: stored.items.map(Number) } : {}),
	...(isJson(stored.carried) ? { carried: stored.carried } : {}),
});

/** The incoming items that something of the job comes from. */
export const itemsOf = ({
	first,
	count,
	items = Array.from({ length: count }, (_, index) => first + index),
}: Pick<TrackedJob, 'first' | 'count' | 'items'>): Array<{ item: number }> =>
	items.map((item) => ({ item }));

/** What became of a wait. */
export type WaitStatus = 'waiting' | 'finished' | 'timedOut';

/**
 * The job itself as an item: its stable fields, the user's notes, what became of the wait, and, when it did not go
 * well, what to do about it.
 */
export function jobItem(
	tracked: TrackedJob,
	job: JobDescription,
	waitStatus?: WaitStatus,
	extra: object = {},
): INodeExecutionData {
	const advice = adviceFor(job, waitStatus);
	const pairs = itemsOf(tracked);
	return {
		json: {
			...job,
			metadata: tracked.metadata,
			...tracked.carried,
			...(waitStatus ? { waitStatus } : {}),
			...(advice ? { advice } : {}),
			...extra,
		},
		pairedItem: pairs.length === 1 ? pairs[0] : pairs,
	};
}
