import type { IWebhookFunctions } from 'n8n-workflow';

/** n8n adds these to the request; its public types don't name them. */
interface RawRequest {
	rawBody?: Buffer;
	readRawBody?: () => Promise<void>;
}

/**
 * The body exactly as it was sent: only these bytes are signed. n8n has read them already for JSON; for other
 * content types it leaves that to the node.
 */
export async function rawBody(context: IWebhookFunctions): Promise<Buffer> {
	const request = context.getRequestObject() as unknown as RawRequest;
	if (!request.rawBody) await request.readRawBody?.();
	return request.rawBody ?? Buffer.alloc(0);
}

/** How long the sender says that the body is; 0 when it doesn't say. */
export const announcedBytes = (context: IWebhookFunctions): number =>
	Number(context.getRequestObject().headers['content-length'] ?? 0);

/** The path that was called, without query. */
export function calledPath(context: IWebhookFunctions): string {
	const request = context.getRequestObject();
	return (request.originalUrl ?? request.url ?? '').split('?')[0];
}
