import { generateKeyPairSync, randomInt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Settings } from './settings.mts';

interface KeyPair {
	privateKey: KeyObject;
	publicKey: KeyObject;
}

/** One of the three served keys, one that is no longer served, or one that the next rotation will serve. */
export type KeyChoice = 0 | 1 | 2 | 'random' | 'retired' | 'upcoming';

const ed25519 = (): KeyPair => generateKeyPairSync('ed25519');

/**
 * Google's signing keys for per-request webhooks. Three Ed25519 keys without `kid` are served, as observed in
 * googleapis/python-genai#2927. An RSA key exists for the documented JWT scheme.
 */
export class SigningKeys {
	readonly rsaKid = 'emulator-rs256';
	#published = [ed25519(), ed25519(), ed25519()];
	#upcoming = ed25519();
	#retired = ed25519();
	#rsa: KeyPair | undefined;

	/** Takes the oldest key out of the set and puts the upcoming one in, as the last (index 2). */
	rotate(): void {
		const [oldest, ...rest] = this.#published;
		this.#retired = oldest as KeyPair;
		this.#published = [...rest, this.#upcoming];
		this.#upcoming = ed25519();
	}

	/** The Ed25519 key to sign with. */
	privateKey(choice: KeyChoice): KeyObject {
		if (choice === 'retired') return this.#retired.privateKey;
		if (choice === 'upcoming') return this.#upcoming.privateKey;
		const index = choice === 'random' ? randomInt(3) : choice;
		const pair = this.#published[index];
		if (!pair) throw new RangeError('keyIndex must be 0, 1, 2, "random", "retired" or "upcoming"');
		return pair.privateKey;
	}

	/** The RSA key of the JWT scheme; made when first asked for, since that takes a while. */
	get rsa(): KeyPair {
		this.#rsa ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
		return this.#rsa;
	}

	/** The key set as `/.well-known/jwks.json` serves it under the given settings. */
	keySet({ jwks, dynamicScheme }: Settings): { keys: object[] } {
		if (jwks === 'empty') return { keys: [] };
		const okp = this.#published.map(({ publicKey }) => {
			const { kty, crv, x } = publicKey.export({ format: 'jwk' });
			return { kty, crv, x, alg: 'EdDSA', use: 'sig' };
		});
		if (jwks === 'rsa-only') return { keys: [this.#rsaJwk()] };
		if (jwks === 'with-rsa' || dynamicScheme === 'jwt') return { keys: [this.#rsaJwk(), ...okp] };
		return { keys: okp };
	}

	#rsaJwk(): object {
		const { kty, n, e } = this.rsa.publicKey.export({ format: 'jwk' });
		return { kty, n, e, kid: this.rsaKid, alg: 'RS256', use: 'sig' };
	}
}
