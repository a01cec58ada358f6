import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that asks a trigger how it is; in a header, as URLs end up in the logs of proxies. */
export const QUESTION_HEADER = 'x-gemini-webhooks-question';

/** An answer takes a second; more is a replay. Seconds. */
const VALID_FOR = 60;

/** The trigger's own view of itself: nothing secret, and nobody else knows all of it. */
export interface TriggerStatus {
	/** Tells this answer from whatever else may answer at an address. */
	answeredBy: 'geminiWebhookTrigger';
	node: string;
	listenTo: 'existing' | 'project' | 'requests';
	events: string[];
	/** Of the webhook at Google that it remembers, or that was chosen; null without one. */
	webhookId: string | null;
	/** The last four characters of each signing secret that it holds, as Google shows them, too. */
	secretEnds: string[];
	/** When this process of n8n last received a proven delivery, a ping included: RFC 3339; null if not since its start. */
	lastProvenAt: string | null;
}

const macOf = (path: string, until: number, key: Uint8Array): Buffer =>
	createHmac('sha256', key).update(`${until} ${path}`).digest();

/**
 * @param path of the trigger's URL; as with a callback token, a proxy may strip its beginning
 * @param key `derivedKey(apiKey, 'status-question')`
 * @param now milliseconds since 1970
 * @returns the header's value, good for a minute
 */
export function askStatus(path: string, key: Uint8Array, now: number): string {
	const until = Math.ceil(now / 1000) + VALID_FOR;
	return [until, path, macOf(path, until, key).toString('base64url')].join(' ');
}

/**
 * Whether a question may be answered: asked with our API key, for this path, within the last minute.
 *
 * @param path that was really called
 * @param now milliseconds since 1970
 */
export function mayAnswer(question: unknown, path: string, key: Uint8Array, now: number): boolean {
	const [, seconds, asked, mac] =
		/^(\d{1,11}) (\/\S{1,2000}) ([\w-]{43})$/.exec(typeof question === 'string' ? question : '') ??
		[];
	if (!seconds || !asked || !mac) return false;
	const until = Number(seconds);
	if (path.length < 2 || !asked.endsWith(path)) return false;
	if (until * 1000 < now || until * 1000 > now + 2 * VALID_FOR * 1000) return false;
	return timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(asked, until, key));
}
