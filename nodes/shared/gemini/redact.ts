const PATTERNS = [
	/whsec_[A-Za-z0-9+/=]+/g,
	/AIza[\w-]{20,}/g,
	/(?<=[?&](?:key|signature|job_token)=)[^&\s"'<>]+/g,
];

/** Takes API keys, signing secrets and bearer tokens out of a text before it reaches an error, a log or an item. */
export function redact(text: string, secrets: string[] = []): string {
	const known = secrets
		.filter((secret) => secret.length > 0)
		.reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text);
	return PATTERNS.reduce((safe, pattern) => safe.replace(pattern, '[hidden]'), known);
}
