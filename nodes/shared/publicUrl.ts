/** Addresses that Google can't reach, however the firewall is set. */
const PRIVATE_HOST =
	/^(10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[(::|f[cd]|fe[89ab]))/;

const isLoopback = ({ hostname }: URL): boolean =>
	hostname === 'localhost' ||
	hostname.endsWith('.localhost') ||
	hostname.startsWith('127.') ||
	hostname === '[::1]';

const isPrivate = (url: URL): boolean =>
	isLoopback(url) ||
	PRIVATE_HOST.test(url.hostname) ||
	/\.(local|internal|lan|home|test)$/.test(url.hostname) ||
	!/[.:]/.test(url.hostname);

const parse = (value: string): URL | undefined =>
	URL.canParse(value) ? new URL(value) : undefined;

/**
 * Whether Google can call a webhook URL: public and https. A loopback URL is fine when the credential's Base URL
 * is loopback too, because then the emulator, not Google, makes the call.
 *
 * @returns undefined when it can be called, else why not, reading on after "The webhook URL ..."
 */
export function whyNotCallable(webhookUrl: string, baseUrl: string): string | undefined {
	const url = parse(webhookUrl);
	if (!url || !['http:', 'https:'].includes(url.protocol)) return 'is not a web address';
	const api = parse(baseUrl);
	if (isLoopback(url) && api && isLoopback(api)) return undefined;
	if (isPrivate(url)) return `points to ${url.hostname}, which Google cannot reach`;
	if (url.protocol !== 'https:')
		return 'starts with http://, and Google only calls https:// addresses';
	if (url.username || url.password) return 'contains a user name or password';
	return undefined;
}

/** What to change when n8n's own address can't be called. */
export const HOW_TO_BE_CALLABLE =
	"Set n8n's environment variable N8N_WEBHOOK_URL (older n8n: WEBHOOK_URL) to the public https:// address of this n8n, restart n8n and publish the workflow again.";
