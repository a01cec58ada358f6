import { UserError } from 'n8n-workflow';

import { Redis } from '../lent';
import { redisFault } from './fault';
import { fingerprint, type RedisSettings } from './settings';

/** Google waits only a few seconds for the answer to a delivery. Milliseconds. */
const TIMEOUT = 3000;
/** The longest pause between two attempts to connect. Milliseconds. */
const MAX_PAUSE = 2000;
/** Credentials come and go; each connection beyond these closes the oldest. */
const MAX_CLIENTS = 10;

/**
 * Runs a script inside Redis, which lets no other command in between.
 *
 * @throws UserError within seconds when Redis can't be reached or refuses, with its reason
 */
export type RunScript = (script: string, keys: string[], args: string[]) => Promise<unknown>;

/** One connection for each Redis, for all nodes of the process. */
const clients = new Map<string, { redis: Redis; run: RunScript }>();

const NO_LIBRARY =
	"This n8n does not let nodes use a Redis; n8n Cloud does not either. Set 'Deduplication Store' to Built-In, which is exact as long as n8n runs in one process.";

/**
 * n8n brings this library along for its own queue mode, so it is neither a dependency of this package nor bundled
 * with it, and only loaded where a user chose this store.
 *
 * @returns undefined where n8n doesn't have it or doesn't hand it out, as on n8n Cloud
 */
function library(): typeof Redis | undefined {
	try {
		return Redis;
	} catch {
		return undefined;
	}
}

function connect(Client: typeof Redis, settings: RedisSettings) {
	const { host, port, username, password, database, tls } = settings;
	const redis = new Client({
		...{ host, port, username, password, db: database, lazyConnect: true },
		...(tls ? { tls: { servername: host } } : {}),
		connectTimeout: TIMEOUT,
		commandTimeout: TIMEOUT,
		// A command fails with the attempt to connect that it has waited for; the next one may find Redis back.
		maxRetriesPerRequest: 0,
		retryStrategy: (attempt) => Math.min(attempt * 100, MAX_PAUSE),
	});
	let lastFault = '';
	redis.on('error', (error: Error) => (lastFault = error.message));
	redis.on('ready', () => (lastFault = ''));
	const run: RunScript = async (script, keys, args) => {
		const answer = await redis.eval(script, keys.length, ...keys, ...args).then(
			(value: unknown) => ({ value }),
			// What the client says of a command that found no connection doesn't tell why there was none.
			({ message }: Error) => ({ fault: redisFault(lastFault || message) }),
		);
		if ('fault' in answer) throw new UserError(`Redis at ${host}:${port} ${answer.fault}`);
		return answer.value;
	};
	return { redis, run };
}

/**
 * The way into a Redis; the connection is opened at first use, kept, and opened again whenever it breaks.
 *
 * @throws UserError where n8n doesn't have the library
 */
export function redisScripts(settings: RedisSettings): RunScript {
	const Client = library();
	if (!Client) throw new UserError(NO_LIBRARY);
	const key = fingerprint(settings);
	const known = clients.get(key);
	if (known) return known.run;
	for (const [oldest, { redis }] of clients) {
		if (clients.size < MAX_CLIENTS) break;
		clients.delete(oldest);
		redis.disconnect();
	}
	const client = connect(Client, settings);
	clients.set(key, client);
	return client.run;
}

/** Closes all connections: for tests, which must end. */
export function closeRedis(): void {
	for (const { redis } of clients.values()) redis.disconnect();
	clients.clear();
}
