/** Addresses that Google can't reach, however the firewall is set. */
const PRIVATE_ADDRESS =
	/^(10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[(::|f[cd]|fe[89ab]))/;

/** Names that mean something inside a network only. */
const PRIVATE_NAME = /\.(local|localdomain|internal|lan|home|home\.arpa|test)$/;

/** The host without the dot that a fully qualified name may end with, however many there are. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/\.+$/, '');

/** `10.0.0.1` is an address, `10.example.com` a name. */
const isAddress = (host: string): boolean => /^([\d.]+$|\[)/.test(host);

function isLoopback(url: URL): boolean {
	const host = hostOf(url);
	if (isAddress(host)) return host.startsWith('127.') || host === '[::1]';
	return host === 'localhost' || host.endsWith('.localhost');
}

function isPrivate(url: URL): boolean {
	const host = hostOf(url);
	if (isAddress(host)) return PRIVATE_ADDRESS.test(host);
	return isLoopback(url) || PRIVATE_NAME.test(host) || !host.includes('.');
}

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
