/** How a delivery was proven: `v1` HMAC (static webhooks), `v1a` Ed25519 or a `jwt` (per-request webhooks). */
export type SignatureScheme = 'v1' | 'v1a' | 'jwt';

/** Why a delivery was turned away. A closed list: it goes to n8n's log, never to the caller. */
export type RejectionReason =
	| 'header-missing'
	| 'header-too-long'
	| 'timestamp-malformed'
	| 'timestamp-too-old'
	| 'timestamp-too-new'
	| 'signature-malformed'
	| 'too-many-signatures'
	| 'body-too-large'
	| 'secret-missing'
	| 'jwt-not-allowed'
	| 'jwt-invalid'
	| 'key-unknown'
	| 'keys-unavailable'
	| 'signature-mismatch';

/** Request headers as Node delivers them; names may come in any case. */
export type DeliveryHeaders = Record<string, string | string[] | undefined>;

export interface Accepted {
	ok: true;
	scheme: SignatureScheme;
	/** The `webhook-id` header: the same for every attempt at one delivery. */
	deliveryId: string;
	/** Whether the signature covers the body. A JWT's doesn't: read the job again before believing the body. */
	bodyProven: boolean;
}

export interface Rejected {
	ok: false;
	reason: RejectionReason;
}

export type Verdict = Accepted | Rejected;

export const rejected = (reason: RejectionReason): Rejected => ({ ok: false, reason });
