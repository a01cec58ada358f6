/** How a delivery that an event caused is spoilt on its way. `none` delivers it properly. */
export type DeliveryFault =
	| 'none'
	| 'never'
	| 'twice'
	| 'two-ids'
	| 'stale-timestamp'
	| 'tampered'
	| 're-serialised'
	| 'bad-signature'
	| 'no-signature'
	| 'previous-secret'
	| 'unknown-key'
	| 'mixed-schemes'
	| 'unknown-event'
	| 'not-json'
	| 'wrong-content-type'
	| 'huge';

/** What is delivered to webhooks, how it is signed, sent and spoilt. Times are emulator milliseconds unless it says otherwise. */
export interface DeliverySettings {
	/** `batch.cancelled` and `interaction.cancelled` are sent. */
	deliverCancelledEvents: boolean;
	/** Where a delivery shows `user_metadata`; nobody published a body that has it, so `none`. */
	userMetadataIn: 'none' | 'top' | 'data';
	/** How a batch is named in `data.id`: `batches/<id>`, `<id>` or `batch_<id>`. */
	batchIdStyle: 'name' | 'bare' | 'underscore';
	/** How `output_file_uri` names a file: `files/x`, an https URI, or `gs://` as in Google's sample. */
	outputFileUriStyle: 'name' | 'https' | 'gs';
	/** Type of `error_code` in a delivery; Google does not say. */
	errorCodeType: 'string' | 'number';
	/** The body of a ping; `null`: the emulator's invention `{"type":"ping","version":"v1",...,"data":{"id":"<webhook id>"}}`. */
	pingBody: unknown;

	/** Signature of per-request (dynamic) deliveries: Ed25519 as observed, or the documented RS256 JWT. */
	dynamicScheme: 'v1a' | 'jwt';
	/** Which of the three JWKS keys signs. */
	keyIndex: 0 | 1 | 2 | 'random';
	/** `aud` of the JWT scheme; `null`: the delivery's URL. */
	jwtAudience: string | null;
	/** What `/.well-known/jwks.json` serves. */
	jwks: 'normal' | 'with-rsa' | 'rsa-only' | 'empty' | 'garbage' | 'down';
	/** How long the JWKS answer takes, in real milliseconds. */
	jwksDelayMs: number;

	/** How deliveries caused by events are spoilt. */
	deliveryFault: DeliveryFault;
	/** How long the first attempt waits after the event. */
	deliveryDelayMs: number;
	/** An attempt without an answer within this many real milliseconds failed. */
	deliveryTimeoutMs: number;
	/** Wait before the first retry; every further wait doubles, give or take a fifth. */
	retryFirstMs: number;
	/** The longest wait between two attempts. */
	retryMaxMs: number;
	/** No attempt starts later than this after the event: 24 h (ai.google.dev/gemini-api/docs/webhooks). */
	retryWindowMs: number;
	/** A static webhook is disabled after this many deliveries in a row were given up; Google's threshold is unknown. */
	disableAfterFailures: number;
	/** Which clock `webhook-timestamp` shows; the emulator's own runs ahead after `advance()`. */
	timestampClock: 'real' | 'virtual';
}

const HOUR = 3_600_000;

export function defaultDeliverySettings(): DeliverySettings {
	return {
		deliverCancelledEvents: false,
		userMetadataIn: 'none',
		batchIdStyle: 'name',
		outputFileUriStyle: 'name',
		errorCodeType: 'string',
		pingBody: null,
		dynamicScheme: 'v1a',
		keyIndex: 'random',
		jwtAudience: null,
		jwks: 'normal',
		jwksDelayMs: 0,
		deliveryFault: 'none',
		deliveryDelayMs: 0,
		deliveryTimeoutMs: 10_000,
		retryFirstMs: 1_000,
		retryMaxMs: 2 * HOUR,
		retryWindowMs: 24 * HOUR,
		disableAfterFailures: 1,
		timestampClock: 'real',
	};
}
