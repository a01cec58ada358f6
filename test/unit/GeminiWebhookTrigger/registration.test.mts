import {
	forgetRegistration,
	readRegistration,
	registeredKeys,
	registeredSecrets,
	storeRegistration,
	type Registration,
} from '../../../nodes/GeminiWebhookTrigger/registration';
import { signingKey } from '../../../nodes/shared/delivery/hmac';
import { sealSecret } from '../../../nodes/shared/delivery/sealedSecret';
import { OTHER_SECRET, SECRET } from '../support/deliveries.mts';
import { API_KEY } from '../support/n8n.mts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;

const registration = (secret = SECRET, apiKey = API_KEY) => ({
	webhookId: 'w1',
	sealedSecret: sealSecret(secret, apiKey),
});

/** The only key of a registration, undefined if there is none. */
const keyOf = (stored: Registration, apiKey: string) => {
	const keys = registeredKeys(stored, apiKey, NOW);
	expect(keys.length).toBeLessThanOrEqual(1);
	return keys[0] as (typeof keys)[0] | undefined;
};

describe('static data', () => {
	it('keeps a registration beside what else is there, and no secret in clear', () => {
		const staticData = { other: 1 };
		storeRegistration(staticData, { webhookId: 'w1', secret: SECRET }, API_KEY, NOW);
		const stored = readRegistration(staticData)!;
		expect(stored).toEqual({ webhookId: 'w1', sealedSecret: expect.any(String) as string });
		expect(registeredSecrets(stored, API_KEY, NOW)).toEqual([SECRET]);
		expect(JSON.stringify(staticData)).not.toContain(SECRET.slice(6, 20));
		forgetRegistration(staticData);
		expect(staticData).toEqual({ other: 1 });
		expect(readRegistration(staticData)).toBeUndefined();
	});

	it('keeps the secret before the last one for the day in which Google may sign with it', () => {
		const staticData = {};
		for (const secret of ['whsec_older', OTHER_SECRET, SECRET]) {
			storeRegistration(staticData, { webhookId: 'w1', secret }, API_KEY, NOW);
		}
		const stored = readRegistration(staticData)!;
		expect(registeredSecrets(stored, API_KEY, NOW + DAY - 1)).toEqual([SECRET, OTHER_SECRET]);
		expect(registeredSecrets(stored, API_KEY, NOW + DAY)).toEqual([SECRET]);
		expect(registeredKeys(stored, API_KEY, NOW)).toHaveLength(2);
		expect(JSON.stringify(staticData)).not.toContain(OTHER_SECRET.slice(6, 20));
		forgetRegistration(staticData);
		expect(staticData).toEqual({});
	});

	it('keeps nothing of another webhook', () => {
		const staticData = {};
		storeRegistration(staticData, { webhookId: 'w1', secret: OTHER_SECRET }, API_KEY, NOW);
		storeRegistration(staticData, { webhookId: 'w2', secret: SECRET }, API_KEY, NOW);
		expect(registeredSecrets(readRegistration(staticData)!, API_KEY, NOW)).toEqual([SECRET]);
	});

	it('leaves out what another API key has sealed', () => {
		const staticData = {};
		storeRegistration(staticData, { webhookId: 'w1', secret: OTHER_SECRET }, 'another-key', NOW);
		storeRegistration(staticData, { webhookId: 'w1', secret: SECRET }, API_KEY, NOW);
		expect(registeredSecrets(readRegistration(staticData)!, API_KEY, NOW)).toEqual([SECRET]);
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

describe('registeredKeys', () => {
	it('is the key of the secret', () => {
		expect(keyOf(registration(), API_KEY)?.equals(signingKey(SECRET)!)).toBe(true);
		expect(keyOf(registration(OTHER_SECRET), API_KEY)?.equals(signingKey(SECRET)!)).toBe(false);
	});

	it('is ready the second time', () => {
		const stored = registration();
		expect(keyOf(stored, API_KEY)).toBe(keyOf({ ...stored }, API_KEY));
	});

	it('does not open under another API key, also when it is ready under the right one', () => {
		const stored = registration();
		expect(keyOf(stored, API_KEY)).toBeDefined();
		expect(keyOf(stored, 'another-key')).toBeUndefined();
		expect(keyOf(stored, '')).toBeUndefined();
		expect(keyOf(stored, API_KEY)).toBeDefined();
	});

	it.each(['', 'damaged', sealSecret('not a secret', API_KEY), sealSecret('', API_KEY)])(
		'is none when nothing usable is stored: %#',
		(sealedSecret) => {
			expect(keyOf({ webhookId: 'w1', sealedSecret }, API_KEY)).toBeUndefined();
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
				expect(keyOf(one, API_KEY)?.equals(signingKey(secrets[index])!)).toBe(true);
			});
		}
	});
});
