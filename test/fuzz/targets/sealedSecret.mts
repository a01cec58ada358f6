import type * as hmac from '../../../nodes/shared/delivery/hmac.ts';
import type * as sealed from '../../../nodes/shared/delivery/sealedSecret.ts';
import type * as registration from '../../../nodes/GeminiWebhookTrigger/registration.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must } from '../support/invariants.mts';

const { openSecret, sealSecret } = built<typeof sealed>('shared/delivery/sealedSecret');
const { readRegistration, registeredKeys } = built<typeof registration>(
	'GeminiWebhookTrigger/registration',
);
const { signingKey } = built<typeof hmac>('shared/delivery/hmac');

const NOW = 1_795_420_800_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const own = sealSecret(SECRET, API_KEY);
const foreign = sealSecret(SECRET, `${API_KEY}x`);
const short = sealSecret('whsec_AAAA', API_KEY);

/** What the trigger finds in n8n's static data, as JSON or as the sealed text alone. */
function run(input: Buffer): void {
	const text = input.toString('latin1');
	const opened = openSecret(text, API_KEY);
	must(
		opened === undefined || [SECRET, 'whsec_AAAA'].includes(opened),
		'only what we sealed opens',
	);
	const key = signingKey(text);
	must(!key || (key.symmetricKeySize ?? 0) >= 24, 'no key is short');
	let stored: unknown;
	try {
		stored = JSON.parse(text);
	} catch {
		return;
	}
	if (typeof stored !== 'object' || stored === null) return;
	readRegistration(stored as never);
	for (const registered of registeredKeys(stored as never, API_KEY, NOW)) {
		must(registered.export().equals(Buffer.alloc(32, 7)), 'only our own secret is used');
	}
}

const seed = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export const target = {
	seeds: [
		Buffer.from(own),
		Buffer.from(foreign),
		Buffer.from(SECRET),
		seed({ webhookId: 'w', sealedSecret: own }),
		seed({
			webhookId: 'w',
			sealedSecret: short,
			previousSealedSecret: own,
			previousUntil: NOW + 1,
		}),
		seed({ webhookId: 'w', sealedSecret: foreign }),
	],
	tokens: [
		own,
		own.slice(0, 16),
		own.slice(16, 38),
		'whsec_',
		'sealedSecret',
		'webhookId',
		'previousSealedSecret',
		'previousUntil',
		'=',
		'__proto__',
	],
	run,
};
