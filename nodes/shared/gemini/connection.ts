import type { IDataObject } from 'n8n-workflow';

export const CREDENTIAL = 'geminiWebhooksApi';
const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com';

/** The fields of the credential. */
export interface Connection {
	apiKey: string;
	/** Without a slash at the end. */
	baseUrl: string;
	apiVersion: string;
}

/** Reads the credential's fields as n8n hands them out. */
export function connectionFrom(credentials: IDataObject): Connection {
	const field = (name: string, otherwise: string) =>
		String(credentials[name] ?? '').trim() || otherwise;
	return {
		apiKey: field('apiKey', ''),
		baseUrl: field('baseUrl', DEFAULT_BASE_URL).replace(/\/+$/, ''),
		apiVersion: field('apiVersion', 'v1beta'),
	};
}

/** Where Google publishes the public keys that per-request webhooks are signed with. */
export const keySetUrl = ({ baseUrl }: Connection): string => `${baseUrl}/.well-known/jwks.json`;
