import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { fieldText } from '../fieldText';

export const REDIS_CREDENTIAL = 'geminiWebhooksRedisApi';

/** The fields of the credential. */
export interface RedisSettings {
	host: string;
	port: number;
	username?: string;
	password?: string;
	database: number;
	tls: boolean;
	keyPrefix: string;
}

/** Reads the credential's fields as n8n hands them out; what was pasted may have blanks around it. */
export function redisSettings(credentials: IDataObject): RedisSettings {
	const field = (name: string) => fieldText(credentials[name]).trim();
	return {
		host: field('host') || 'localhost',
		port: Number(credentials.port) || 6379,
		username: field('username') || undefined,
		password: fieldText(credentials.password) || undefined,
		database: Number(credentials.database) || 0,
		tls: credentials.tls === true,
		keyPrefix: field('keyPrefix') || 'gemini-webhooks',
	};
}

/** Tells one Redis from another, without showing the password. */
export const fingerprint = (settings: RedisSettings): string =>
	createHash('sha256').update(JSON.stringify(settings)).digest('base64');
