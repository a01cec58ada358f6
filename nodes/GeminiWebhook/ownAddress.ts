import { NAME_PREFIX, type ProjectWebhook } from '../shared/gemini/webhooks';
import { json, text } from '../shared/json';

/** What 'Clean Up' found out about a webhook's URL. */
export interface Finding {
	verdict: 'answers' | 'dead' | 'otherAddress' | 'unknown';
	/** Why, in words. */
	reason: string;
}

/** One HTTP answer of this n8n. */
export interface Answer {
	status: number;
	headers: Record<string, unknown>;
	body: string;
}

/**
 * The address that all webhook URLs of this n8n begin with: origin and path prefix, with a slash at the end.
 *
 * @param resumeUrl `$execution.resumeUrl`: `<address>/webhook-waiting/<execution>?signature=…`. n8n makes it of the same
 * address as the URLs of triggers, also in a worker; the address of its editor may be another one.
 */
export function ownAddress(resumeUrl: string): string {
	const { origin, pathname } = new URL(resumeUrl);
	return origin + pathname.replace(/[^/]+\/[^/]+\/?$/, '');
}

/** Whether a URL leads to this n8n. The parser has resolved `..` and the like by then. */
export function isOwnUrl(url: string, address: string): boolean {
	if (!URL.canParse(url)) return false;
	const { origin, pathname, username, password } = new URL(url);
	return username === '' && password === '' && (origin + pathname).startsWith(address);
}

/** Whether n8n made a webhook, or it leads to this n8n: no other one is any business of ours. */
export const isOurs = ({ name, uri }: ProjectWebhook, address: string): boolean =>
	name.startsWith(NAME_PREFIX) || isOwnUrl(uri, address);

/** What a trigger's URL looks like below n8n's address: `webhook/<id>/webhook`. */
export const isTriggerUrl = (url: string): boolean =>
	/\/[^/]+\/[^/]+\/webhook\/?$/.test(new URL(url).pathname);

/** n8n's words for a path that no published workflow has. */
export const isNotRegistered = ({ status, body }: Answer): boolean =>
	status === 404 && /is not registered/.test(messageIn(body));

function messageIn(body: string): string {
	try {
		return text(json(JSON.parse(body)).message) ?? '';
	} catch {
		return '';
	}
}

const ANSWERS: Finding = {
	verdict: 'answers',
	reason: 'A published workflow of this n8n listens at this URL',
};
const DEAD: Finding = {
	verdict: 'dead',
	reason: 'No published workflow of this n8n listens at this URL',
};

/**
 * Reads n8n's answer to OPTIONS, which lists the methods that a path is registered for and starts no workflow.
 *
 * @returns a finding; or whether a POST may settle the matter: it may when n8n itself says that no workflow would
 * start by it, and at the URL of a trigger, which turns everything unsigned away
 */
export function readOptions(answer: Answer, url: string): Finding | 'askByPost' {
	const methods = String(answer.headers['access-control-allow-methods'] ?? '')
		.toUpperCase()
		.split(/[\s,]+/);
	if (methods.includes('POST') || methods.includes('*')) return ANSWERS;
	// A Test URL that nobody listens at.
	if (isNotRegistered(answer)) return DEAD;
	if (methods.includes('OPTIONS') || isTriggerUrl(url)) return 'askByPost';
	return {
		verdict: 'unknown',
		reason: `HTTP ${answer.status} came back; what stands before this n8n does not let it say what listens there`,
	};
}

/** Reads the answer to a POST without a signature. */
export function readPost(answer: Answer): Finding {
	if (isNotRegistered(answer)) return DEAD;
	const { status } = answer;
	if (status === 401 || (status >= 200 && status < 300)) return ANSWERS;
	return { verdict: 'unknown', reason: `HTTP ${status} came back, which says neither yes nor no` };
}
