import { randomUUID } from 'node:crypto';
import { GoogleError } from './googleErrors.mts';
import type { RecordedRequest, Service } from './request.mts';

/** What a user's credential holds after "Sign in with Google". */
export const GOOGLE_ACCOUNT = {
	clientId: 'recorder.apps.googleusercontent.com',
	clientSecret: 'recorder-client-secret',
	refreshToken: 'recorder-refresh-token',
	accessToken: 'recorder-access-token',
};

const LIFETIME_SECONDS = 3599;

/** A signed-in Google account: its access tokens, and the endpoint that renews them. */
export class GoogleAccount {
	readonly #accessTokens = new Set([GOOGLE_ACCOUNT.accessToken]);

	/** From now on every access token is refused until it is renewed. */
	expireTokens(): void {
		this.#accessTokens.clear();
	}

	/** Answers for oauth2.googleapis.com (https://developers.google.com/identity/protocols/oauth2/web-server#offline). */
	readonly answer: Service = ({ method, path, body }) => {
		if (method !== 'POST' || path !== '/token') return undefined;
		const form = (body ?? {}) as Record<string, string>;
		const { clientId, clientSecret, refreshToken } = GOOGLE_ACCOUNT;
		if (form.client_id !== clientId || form.client_secret !== clientSecret) {
			return { status: 401, json: { error: 'invalid_client' } };
		}
		if (form.grant_type !== 'refresh_token' || form.refresh_token !== refreshToken) {
			return { status: 400, json: { error: 'invalid_grant' } };
		}
		const access_token = randomUUID();
		this.#accessTokens.add(access_token);
		return { json: { access_token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' } };
	};

	/** A service that throws `GoogleError`, as one that answers: with these errors, and 401 for a token that isn't valid. */
	guard(service: Service, isPublic: (request: RecordedRequest) => boolean = () => false): Service {
		return (request) => {
			try {
				if (!isPublic(request)) this.#check(request);
				return service(request);
			} catch (error) {
				if (!(error instanceof GoogleError)) throw error;
				const { code, status, message } = error;
				return { status: code, json: { error: { code, message, status } } };
			}
		};
	}

	#check({ headers }: RecordedRequest): void {
		const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
		if (token && this.#accessTokens.has(token)) return;
		throw new GoogleError(401, 'UNAUTHENTICATED', 'Invalid Credentials');
	}
}
