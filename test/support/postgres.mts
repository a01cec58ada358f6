import { createRequire } from 'node:module';
import { join } from 'node:path';
import { n8nFolder } from './n8nServer.mts';

/** What the tests use of a client of the `pg` package. */
export interface PostgresClient {
	query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
	end(): Promise<void>;
}

interface PgModule {
	Client: new (options: { connectionString: string; connectionTimeoutMillis: number }) => {
		connect(): Promise<void>;
		/** Reports a connection that broke; an error without a listener would end the process. */
		on(event: 'error', listener: (error: Error) => void): void;
	} & PostgresClient;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** The client that n8n itself uses. */
const pg = () =>
	createRequire(join(n8nFolder(), 'node_modules', 'n8n', 'package.json'))('pg') as PgModule;

/**
 * Connects to a database.
 *
 * @param url `postgres://user:password@host:port/database`
 * @throws with what to do when nothing answers there
 */
export async function connectPostgres(url: string): Promise<PostgresClient> {
	const { Client } = pg();
	const client = new Client({
		connectionString: url,
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
	});
	client.on('error', () => undefined);
	try {
		await client.connect();
	} catch (error) {
		const { host, pathname } = new URL(url);
		throw new Error(
			`PostgreSQL at ${host} does not let the tests use the database "${pathname.slice(1)}": ${(error as Error).message}. Start it, or set QUEUE_TEST_POSTGRES_URL to another one whose user may create databases.`,
		);
	}
	return client;
}

/** The same server, another database. */
export function databaseUrl(serverUrl: string, name: string): string {
	const url = new URL(serverUrl);
	url.pathname = `/${name}`;
	return url.href;
}

/** Runs one statement that takes no transaction, such as `CREATE DATABASE`. */
export async function onServer(serverUrl: string, statement: string): Promise<void> {
	const client = await connectPostgres(serverUrl);
	try {
		await client.query(statement);
	} finally {
		await client.end();
	}
}

/** n8n's settings for a database. */
export function postgresEnv(url: string): Record<string, string> {
	const { hostname, port, username, password, pathname } = new URL(url);
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: hostname,
		DB_POSTGRESDB_PORT: port || '5432',
		DB_POSTGRESDB_USER: decodeURIComponent(username) || 'postgres',
		DB_POSTGRESDB_PASSWORD: decodeURIComponent(password),
		DB_POSTGRESDB_DATABASE: pathname.slice(1),
	};
}
