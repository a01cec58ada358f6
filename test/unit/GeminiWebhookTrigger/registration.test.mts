import {
	forgetRegistration,
	readRegistration,
	registeredKey,
	storeRegistration,
} from '../../../nodes/GeminiWebhookTrigger/registration';
import { signingKey } from '../../../nodes/shared/delivery/hmac';
import { sealSecret } from '../../../nodes/shared/delivery/sealedSecret';
import { OTHER_SECRET, SECRET } from '../support/deliveries.mts';
import { API_KEY } from '../support/n8n.mts';

const registration = (secret = SECRET, apiKey = API_KEY) => ({
	webhookId: 'w1',
	sealedSecret: sealSecret(secret, apiKey),
});

describe('static data', () => {
	it('keeps a registration beside what else is there, and no secret in clear', () => {
		const staticData = { other: 1 };
		const stored = registration();
		storeRegistration(staticData, stored);
		expect(readRegistration(staticData)).toEqual(stored);
		expect(JSON.stringify(staticData)).not.toContain(SECRET.slice(6, 20));
		forgetRegistration(staticData);
		expect(staticData).toEqual({ other: 1 });
		expect(readRegistration(staticData)).toBeUndefined();
	});

	it.each([
		{},
		{ webhookId: 'w1' },
		{ sealedSecret: 'x' },
		{ webhookId: 1, sealedSecret: 'x' },
		{ webhookId: 'w1', sealedSecret: null },
	])('%j holds none', (staticData) => {
		expect(readRegistration(staticData as never)).toBeUndefined();
	});
});

describe('registeredKey', () => {
	it('is the key of the secret', () => {
		expect(registeredKey(registration(), API_KEY)?.equals(signingKey(SECRET)!)).toBe(true);
		expect(registeredKey(registration(OTHER_SECRET), API_KEY)?.equals(signingKey(SECRET)!)).toBe(
			false,
		);
	});

	it('is ready the second time', () => {
		const stored = registration();
		expect(registeredKey(stored, API_KEY)).toBe(registeredKey({ ...stored }, API_KEY));
	});

	it('does not open under another API key, also when it is ready under the right one', () => {
		const stored = registration();
		expect(registeredKey(stored, API_KEY)).toBeDefined();
		expect(registeredKey(stored, 'another-key')).toBeUndefined();
		expect(registeredKey(stored, '')).toBeUndefined();
		expect(registeredKey(stored, API_KEY)).toBeDefined();
	});

	it.each(['', 'damaged', sealSecret('not a secret', API_KEY), sealSecret('', API_KEY)])(
		'is none when nothing usable is stored: %#',
		(sealedSecret) => {
			expect(registeredKey({ webhookId: 'w1', sealedSecret }, API_KEY)).toBeUndefined();
		},
	);

	it('is right for each of more registrations than are kept ready', () => {
		const secrets = Array.from(
			{ length: 450 },
			(_, index) => `whsec_${Buffer.alloc(32, `secret ${index} `).toString('base64')}`,
		);
		const stored = secrets.map((secret) => registration(secret));
		for (let round = 0; round < 2; round++) {
			stored.forEach((one, index) => {
				expect(registeredKey(one, API_KEY)?.equals(signingKey(secrets[index])!)).toBe(true);
			});
		}
	});
});
