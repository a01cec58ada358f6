import { isJson } from '../json';

const PATTERNS = [
	/whsec_[A-Za-z0-9+/=]+/g,
	/AIza[\w-]{20,}/g,
	// In URLs, and in URLs inside of JSON or HTML.
	/(?<=(?:[?&;]|\\u0026)(?:key|signature|job_token)(?:=|\\u003d))[^&\s"'<>\\]+/g,
];

/** Takes API keys, signing secrets and bearer tokens out of a text before it reaches an error, a log or an item. */
export function redact(text: string, secrets: string[] = []): string {
	const known = secrets
		.filter((secret) => secret.length > 0)
		.reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text);
	return PATTERNS.reduce((safe, pattern) => safe.replace(pattern, '[hidden]'), known);
}

/** The same for every text in a JSON value. */
export function redactJson(value: unknown): unknown {
	if (typeof value === 'string') return redact(value);
	if (Array.isArray(value)) return value.map(redactJson);
	if (!isJson(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redactJson(part)]));
}

/**
 * The raw answer about a job without the tokens of its webhook URLs, which Google keeps with the job. All else stays
 * as it is: a model's answer may well contain something that looks like a key.
 */
export function hideWebhookTokens(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(hideWebhookTokens);
	if (!isJson(value)) return value;
	const entries = Object.entries(value).map(([name, part]) => [
		name,
		/^webhook_?config$/i.test(name) ? redactJson(part) : hideWebhookTokens(part),
	]);
	return Object.fromEntries(entries);
}
