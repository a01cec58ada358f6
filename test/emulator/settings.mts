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

/**
 * Every switch of the emulator. All can be changed while it runs (`emulator.settings`, or
 * `PATCH /__emulator/settings`). Times are milliseconds on the emulator's clock unless it says otherwise.
 */
export interface Settings {
	/** From create to SUCCEEDED; `null`: the job stays PENDING until a control call or its expiry. Read when the job is created. */
	batchDurationMs: number | null;
	/** The same for background interactions. */
	interactionDurationMs: number | null;
	/** The same for Veo operations. */
	videoDurationMs: number | null;
	/** A batch that has not ended by then is EXPIRED: 48 h (ai.google.dev/gemini-api/docs/batch-api). */
	batchMaxAgeMs: number;
	/** Files are gone after 48 h (`File.expirationTime`, ai.google.dev/gemini-api/docs/files). */
	fileLifeMs: number;
	/** Interactions are gone after 55 days (paid tier). */
	interactionLifeMs: number;

	/** Unknown fields of classic bodies are refused with 400, as Google's JSON parser does. */
	strictJson: boolean;
	/** `userMetadata` in a batch's webhookConfig is refused, as the live API did in googleapis/go-genai#779. */
	rejectUserMetadata: boolean;
	/** `POST /v1/interactions` with `webhook_config` or `video_config` is refused with `parameter_unknown`. */
	strictV1Interactions: boolean;
	/** Webhooks may subscribe to `batch.cancelled` and `interaction.cancelled`, which the current reference leaves out. */
	acceptCancelledEvents: boolean;
	/** `http://` webhook URLs are refused unless they point to this machine (emulator's choice; Google's rule is unknown). */
	requireHttps: boolean;
	/** Error bodies come wrapped in an array, as some of Google's front ends do. */
	arrayErrors: boolean;
	/** API keys that answer 400 API_KEY_INVALID from now on. */
	revokedKeys: string[];

	/** Veo answers 404 "no longer available" unless this is on (the models were shut down on 2026-10-22). */
	veoAvailable: boolean;
	/** A cancelled batch first shows BATCH_STATE_CANCELLING for this long; 0: CANCELLED at once. */
	cancellingMs: number;
	/** Where a batch's output is shown: the SDK reads only `metadata.output`. */
	batchOutputIn: 'both' | 'response' | 'metadata';
	/** Inline results come without the `metadata` of their request (googleapis/python-genai#1886). */
	omitInlineMetadata: boolean;
	/** Results come in reverse order (googleapis/python-genai#1909). */
	shuffleOutput: boolean;
	/** Lines of an output file lack their `key`. */
	omitKeys: boolean;
	/** The output file ends in the middle of a line. */
	truncateLastLine: boolean;
	/** The output file has a blank line after every line. */
	blankLines: boolean;

	/** `file.uri` and `video.uri` name Google's host (default, catches clients that ignore the base URL) or the emulator. */
	fileUris: 'google' | 'emulator';
	/** How many times a new file (uploaded or generated) reports PROCESSING before ACTIVE. */
	filePollsProcessing: number;
	/** `GET /files/{id}` with an id over 40 characters is a 400 although it downloads (googleapis/python-genai#1759). */
	refuseLongFileNames: boolean;
	/** Uploaded files may be downloaded; Google only lets generated ones. */
	downloadUploaded: boolean;
	/** Downloads answer 302 to another path first. */
	downloadRedirect: boolean;
	/** What goes wrong with resumable uploads: no upload URL, no status on the last chunk, or `active` on it. */
	uploadFault: 'none' | 'no-url' | 'no-status' | 'active-on-final';

	/** HTTP status for an unknown interaction: 400 "Invalid interaction name" (seen live) or 404. */
	unknownInteractionStatus: 400 | 404;
	/** `DELETE /interactions/{id}` answers 501 `not_implemented`, as seen live in August 2026. */
	interactionDeleteUnimplemented: boolean;
	/** What a finished video interaction sends. */
	omniEvents: 'interaction.completed' | 'video.generated' | 'both';
	/** How a video interaction shows its film: as asked, base64 although `uri` was asked, or a refusal without any film. */
	videoResult: 'as-asked' | 'inline' | 'refusal';

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

/** The settings an emulator starts with. */
export function defaultSettings(): Settings {
	return {
		batchDurationMs: 500,
		interactionDurationMs: 500,
		videoDurationMs: 500,
		batchMaxAgeMs: 48 * HOUR,
		fileLifeMs: 48 * HOUR,
		interactionLifeMs: 55 * 24 * HOUR,
		strictJson: true,
		rejectUserMetadata: true,
		strictV1Interactions: false,
		acceptCancelledEvents: false,
		requireHttps: true,
		arrayErrors: false,
		revokedKeys: [],
		veoAvailable: false,
		cancellingMs: 0,
		batchOutputIn: 'both',
		omitInlineMetadata: false,
		shuffleOutput: false,
		omitKeys: false,
		truncateLastLine: false,
		blankLines: false,
		fileUris: 'google',
		filePollsProcessing: 0,
		refuseLongFileNames: true,
		downloadUploaded: false,
		downloadRedirect: false,
		uploadFault: 'none',
		unknownInteractionStatus: 400,
		interactionDeleteUnimplemented: false,
		omniEvents: 'interaction.completed',
		videoResult: 'as-asked',
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

/**
 * Writes `changes` into `settings`.
 * @throws RangeError when a name is not a setting, so that a typing mistake in a test is noticed.
 */
export function changeSettings(settings: Settings, changes: Partial<Settings>): Settings {
	const known = defaultSettings();
	for (const name of Object.keys(changes)) {
		if (!(name in known)) throw new RangeError(`Unknown emulator setting "${name}"`);
	}
	return Object.assign(settings, changes);
}
