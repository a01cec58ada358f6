import type { N8nApi } from '../n8nApi.mts';
import type { Credential } from '../n8nTypes.mts';
import { GOOGLE_ACCOUNT } from './googleAccount.mts';
import { SLACK_TOKEN } from './slack.mts';

/** For a Slack node with `authentication: 'accessToken'`, n8n's default. */
export async function slackCredential(api: N8nApi): Promise<Credential> {
	return await api.createCredential('slackApi', { accessToken: SLACK_TOKEN }, 'Slack');
}

/** For a Google Sheets node with `authentication: 'oAuth2'`, n8n's default. */
export async function googleSheetsCredential(api: N8nApi): Promise<Credential> {
	return await signedIn(api, 'googleSheetsOAuth2Api', 'Google Sheets');
}

/** For a Google Drive node with `authentication: 'oAuth2'`, n8n's default. */
export async function googleDriveCredential(api: N8nApi): Promise<Credential> {
	return await signedIn(api, 'googleDriveOAuth2Api', 'Google Drive');
}

/** The three of them. */
export async function thirdPartyCredentials(api: N8nApi): Promise<Credential[]> {
	return [
		await slackCredential(api),
		await googleSheetsCredential(api),
		await googleDriveCredential(api),
	];
}

/** As it is after its owner clicked "Sign in with Google". */
async function signedIn(api: N8nApi, type: string, name: string): Promise<Credential> {
	const { clientId, clientSecret, accessToken, refreshToken } = GOOGLE_ACCOUNT;
	const oauthTokenData = {
		access_token: accessToken,
		refresh_token: refreshToken,
		token_type: 'Bearer',
	};
	return await api.createCredential(type, { clientId, clientSecret, oauthTokenData }, name);
}
