import type { EventType } from '../delivery/envelope';
import type { GeminiClient } from '../gemini/client';
import type { Json } from '../json';
import type { JobDescription } from './describe';
import type { JobType } from './types';

/** Where the end of a job is to be reported instead of at the project's webhooks. */
export interface PerRequestWebhook {
	/** A secret: it carries the callback token. */
	url: string;
	/** Left out when it's empty, or when Google refused it. */
	userMetadata?: Record<string, string>;
}

/** What the machinery that starts jobs must know about one kind of them. */
export interface JobKind<Order> {
	/** Also the word for it in messages. */
	jobType: JobType;
	/** The events that report an end of this kind of job to the project's webhooks. */
	endEvents: EventType[];
	/**
	 * Sends the one request that starts the job, with `client.change`.
	 *
	 * @returns the API's answer
	 * @throws GeminiApiError
	 */
	create: (
		client: GeminiClient,
		order: Order,
		displayName: string,
		webhook: PerRequestWebhook | undefined,
	) => Promise<Json>;
	/** Reads what `create` returned. */
	describe: (raw: Json) => JobDescription;
	/**
	 * Looks for a job by the mark at the end of its display name; only for kinds that have names and can be listed.
	 *
	 * @throws GeminiApiError
	 */
	find?: (client: GeminiClient, mark: string) => Promise<JobDescription | undefined>;
}
