import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

function letters(length: number): string {
	return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** 36 characters `[a-z0-9]`, as in the recorded output of google-gemini/cookbook quickstarts/Batch_mode.ipynb. */
export const batchId = (): string => letters(36);

/** 36 characters `[a-z0-9]`, as in google-gemini/cookbook quickstarts/Webhooks.ipynb. */
export const webhookId = (): string => letters(36);

/** 12 characters `[a-z0-9]`, as in google-gemini/cookbook quickstarts/Batch_mode.ipynb. */
export const fileId = (): string => letters(12);

/** 12 characters `[a-z0-9]`, the last part of a Veo operation name. */
export const operationId = (): string => letters(12);

/** `v1_` and URL-safe base64, as seen in google-gemini/cookbook#1297. */
export const interactionId = (): string => `v1_${randomBytes(36).toString('base64url')}`;

/** `msg_<uuid>`, as seen in googleapis/python-genai#2927. Constant over the retries of one delivery. */
export const deliveryId = (): string => `msg_${randomUUID()}`;

/** `whsec_` and base64 of 32 ASCII characters `[a-z0-9]`, as in google-gemini/cookbook quickstarts/Webhooks.ipynb. */
export const signingSecret = (): string =>
	`whsec_${Buffer.from(letters(32), 'ascii').toString('base64')}`;

/** An id for things only the emulator knows: upload sessions, fault rules, responses. */
export const anyId = (): string => letters(20);
