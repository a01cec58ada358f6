import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './http.mts';
import { startLoadBalancer } from './loadBalancer.mts';
import { N8nApi } from './n8nApi.mts';
import type { ProcessOptions } from './n8nEnvironment.mts';
import { forgetCrash, installPackage, packedPackage, temporaryFolder } from './n8nPackage.mts';
import { N8nServer } from './n8nServer.mts';
import { connectPostgres, databaseUrl, onServer, postgresEnv } from './postgres.mts';
import type { PostgresClient } from './postgres.mts';
import { connectRedis, deleteKeys, redisEnv } from './redis.mts';

export interface ClusterOptions {
	/** A PostgreSQL server whose user may create databases; `QUEUE_TEST_POSTGRES_URL`, or one on this machine, unless told. */
	postgres?: string;
	/** A Redis for n8n's queue; `QUEUE_TEST_REDIS_URL`, or one on this machine, unless told. */
	redis?: string;
	/** How many webhook processors; 2 unless told. */
	processors?: number;
	/** How many workers; 2 unless told. */
	workers?: number;
	/** How many executions a worker runs at once; 10 unless told. */
	concurrency?: number;
	/** Further environment variables for all processes. */
	env?: Record<string, string>;
}

/** One n8n process of a cluster. */
export interface Member {
	/** Where it listens, without a slash at the end; a worker answers only `/healthz`. */
	url: string;
	/** Everything it wrote so far, over all its starts. */
	readonly logs: string;
	/** Undefined while it is stopped. */
	readonly pid: number | undefined;
	/** Ends it gracefully: it is asked to, and given 20 s. */
	stop(): Promise<void>;
	/** Ends it at once, as a crash would. */
	kill(): Promise<void>;
	/** Starts it again on the same port, after a graceful stop if it still runs. */
	restart(): Promise<void>;
	/** Removes its log of events, while it is stopped: it then starts like a new container. */
	forgetEvents(): void;
}

/** n8n in queue mode: every process has a user folder of its own; they share a key, a database and a Redis. */
export interface Cluster {
	main: Member;
	processors: Member[];
	workers: Member[];
	/** The public address, without a slash at the end: a load balancer before main and processors. */
	url: string;
	/** n8n's own database. */
	databaseUrl: string;
	/** The start of all keys that n8n keeps in Redis. */
	redisPrefix: string;
	/** A connection to n8n's database, for counting; open a new one after a crash of the server. */
	connectDatabase(): Promise<PostgresClient>;
	/** Ends all processes and removes the database, the keys and the user folders. */
	stop(): Promise<void>;
}

export const POSTGRES_URL =
	process.env.QUEUE_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
export const REDIS_URL = process.env.QUEUE_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/0';

/** What users set in queue mode, and what keeps a cluster light on a small machine. */
const QUEUE_ENV = {
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	// Webhooks are several times as fast.
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
};

/**
 * Starts n8n in queue mode on a new database and under a new prefix of Redis: the main first, which brings the
 * database up to date, then the others. The owner exists already (see `owner` in n8nApi.mts).
 *
 * @throws when PostgreSQL or Redis can't be reached, the packed package is missing, or a process doesn't start
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
	const { postgres = POSTGRES_URL, redis = REDIS_URL, concurrency = 10 } = options;
	const { processors: processorCount = 2, workers: workerCount = 2 } = options;
	const packageDir = packedPackage();
	(await connectRedis(redis)).disconnect();
	const name = `gemini_webhooks_${randomBytes(6).toString('hex')}`;
	await onServer(postgres, `CREATE DATABASE ${name}`);
	const database = databaseUrl(postgres, name);
	const roles = [
		'main' as const,
		...Array<'webhook'>(processorCount).fill('webhook'),
		...Array<'worker'>(workerCount).fill('worker'),
	];
	const ports = await freePorts(roles.length * 2);
	const addressOf = (index: number) => `http://127.0.0.1:${ports[index]}`;
	const processorUrls = roles.flatMap((role, index) =>
		role === 'webhook' ? [addressOf(index)] : [],
	);
	const balancer = await startLoadBalancer(addressOf(0), processorUrls);
	const members = roles.map((role, index) =>
		newMember(packageDir, {
			role,
			port: ports[index],
			brokerPort: ports[roles.length + index],
			webhookUrl: `${balancer.url}/`,
			env: { ...postgresEnv(database), ...redisEnv(redis, name), ...QUEUE_ENV, ...options.env },
			flags: role === 'worker' ? [`--concurrency=${concurrency}`] : [],
		}),
	);
	const [main, ...others] = members;
	const cluster: Cluster = {
		main,
		processors: others.slice(0, processorCount),
		workers: others.slice(processorCount),
		url: balancer.url,
		databaseUrl: database,
		redisPrefix: name,
		connectDatabase: async () => await connectPostgres(database),
		async stop() {
			await Promise.all(members.map(async (member) => await member.remove()));
			await balancer.close();
			await onServer(postgres, `DROP DATABASE ${name} WITH (FORCE)`);
			await deleteKeys(redis, name);
		},
	};
	try {
		await main.restart();
		await N8nApi.connect(main.url);
		await Promise.all(others.map(async (member) => await member.restart()));
	} catch (error) {
		await cluster.stop();
		throw error;
	}
	return cluster;
}

type RoleOptions = Omit<ProcessOptions, 'userFolder'> & { flags: string[] };

function newMember(packageDir: string, options: RoleOptions) {
	const userFolder = temporaryFolder();
	installPackage(packageDir, userFolder);
	const server = new N8nServer({ ...options, userFolder });
	return {
		url: server.url,
		get logs() {
			return server.logs;
		},
		get pid() {
			return server.pid;
		},
		stop: () => server.stop(),
		kill: () => server.kill(),
		async restart() {
			await server.stop();
			forgetCrash(userFolder);
			await server.start();
		},
		forgetEvents() {
			const folder = join(userFolder, '.n8n');
			for (const file of readdirSync(folder)) {
				if (file.startsWith('n8nEventLog')) rmSync(join(folder, file));
			}
		},
		async remove() {
			await server.kill();
			rmSync(userFolder, { recursive: true, force: true });
		},
	};
}
