import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

/** Seconds until the sender should try again. */
const RETRY_AFTER = 5;
/** By these words 'Check Trigger' tells a trigger's 503 from that of a proxy. */
export const TRY_LATER = 'Try again later';

/**
 * 401, the same for every reason: the sender learns nothing about which check failed. Without Express's `json`, which
 * takes several times as long (an ETag, the charset): strangers may ask for it a thousand times a second.
 */
export function unauthorized(context: IWebhookFunctions): IWebhookResponseData {
	const response = context.getResponseObject();
	response.statusCode = 401;
	response.setHeader('Content-Type', 'application/json; charset=utf-8');
	response.end('{"error":"Unauthorized"}');
	return { noWebhookResponse: true };
}

/** 503: nothing is decided, the sender is to deliver again. */
export function tryLater(context: IWebhookFunctions): IWebhookResponseData {
	const response = context.getResponseObject();
	response.setHeader('Retry-After', String(RETRY_AFTER));
	response.status(503).json({ error: TRY_LATER });
	return { noWebhookResponse: true };
}

/** 200: received, and nothing to do for it. Starts no execution. */
export function acknowledged(context: IWebhookFunctions, note: string): IWebhookResponseData {
	context.getResponseObject().status(200).json({ received: true, note });
	return { noWebhookResponse: true };
}
