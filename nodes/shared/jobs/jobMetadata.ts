import { readCallbackToken, TOKEN_PARAMETER } from '../delivery/callbackToken';
import { readMetadata, type Metadata } from '../delivery/metadata';
import { json, texts, type Json } from '../json';

/** What the token in a webhook URL says that our own nodes made; nothing of any other URL. */
function signedMetadata(uri: string, apiKey: string, createdAt: number): Metadata {
	if (!URL.canParse(uri)) return {};
	const { pathname, searchParams } = new URL(uri);
	return (
		readCallbackToken(searchParams.get(TOKEN_PARAMETER), pathname, apiKey, createdAt)?.metadata ??
		{}
	);
}

/**
 * What the user attached to a job, from the webhook settings that Google keeps with it and may show: our own token in
 * the URL, and, less reliably, Google's user metadata. The same that a delivery about the job would bring.
 *
 * @param raw the API's answer about a batch or an interaction
 * @param createdAt when the job was created, in milliseconds since 1970. That the token was good then is enough: here it
 * proves nothing but what a job was started with that the API shows to be the user's own, and jobs are looked up for
 * longer than a token lasts.
 */
export function metadataOfJob(raw: Json, apiKey: string, createdAt: number): Metadata {
	const configs = [raw, json(raw.metadata)].flatMap((place) => [
		json(place.webhookConfig),
		json(place.webhook_config),
	]);
	const echoes = configs.flatMap((one) => [one.userMetadata, one.user_metadata]).map(readMetadata);
	const uris = configs.flatMap((one) => texts(one.uris));
	const signed = uris.map((uri) => signedMetadata(uri, apiKey, createdAt));
	return Object.assign({}, ...echoes, ...signed) as Metadata;
}
