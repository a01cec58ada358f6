import { Redis } from 'ioredis';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects to a Redis.
 *
 * @param url `redis://user:password@host:port/database`
 * @throws with what to do when nothing answers there
 */
export async function connectRedis(url: string): Promise<Redis> {
	const client = new Redis(url, {
		lazyConnect: true,
		connectTimeout: CONNECT_TIMEOUT_MS,
		retryStrategy: () => null,
	});
	let reason: Error | undefined;
	client.on('error', (error: Error) => (reason = error));
	try {
		await client.connect();
		await client.ping();
	} catch (error) {
		client.disconnect();
		throw new Error(
			`Redis at ${new URL(url).host} can't be used: ${(reason ?? (error as Error)).message}. Start it, or set QUEUE_TEST_REDIS_URL to another one.`,
		);
	}
	return client;
}

/**
 * Deletes every key that starts with `prefix`, which holds no `*`, `?` or `[`.
 *
 * @returns how many there were
 */
export async function deleteKeys(url: string, prefix: string): Promise<number> {
	const client = await connectRedis(url);
	let deleted = 0;
	try {
		let cursor = '0';
		do {
			const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
			if (keys.length > 0) deleted += await client.unlink(...keys);
			cursor = next;
		} while (cursor !== '0');
	} finally {
		client.disconnect();
	}
	return deleted;
}

/** n8n's settings for a queue whose keys all start with `prefix`. */
export function redisEnv(url: string, prefix: string): Record<string, string> {
	const { hostname, port, username, password, pathname } = new URL(url);
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: hostname,
		QUEUE_BULL_REDIS_PORT: port || '6379',
		QUEUE_BULL_REDIS_USERNAME: decodeURIComponent(username),
		QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(password),
		QUEUE_BULL_REDIS_DB: pathname.slice(1) || '0',
		QUEUE_BULL_PREFIX: `${prefix}:bull`,
		N8N_REDIS_KEY_PREFIX: prefix,
	};
}
