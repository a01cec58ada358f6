import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePorts } from './http.mts';
import { connectPostgres } from './postgres.mts';
import { connectRedis } from './redis.mts';
import { startService } from './service.mts';
import type { Service } from './service.mts';

const POSTGRES_FOLDERS = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt'];

/**
 * Starts a Redis on a free port. By default every write is in its file before it is answered, so that a crash of the
 * process loses nothing.
 *
 * @param args further command line arguments; these win
 * @throws with what to do when redis-server is not installed, or its own words when it doesn't start
 */
export async function privateRedis(args: string[] = []): Promise<Service> {
	const program = onPath('redis-server');
	if (!program) {
		throw new Error(
			'redis-server is not installed, or not on PATH. The tests start one of their own to crash it (Debian: apt-get install redis-server).',
		);
	}
	const [port] = await freePorts(1);
	const folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-redis-'));
	const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
	const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
	return await startService({
		program,
		args: [...own, ...durable, ...args],
		port,
		folder,
		url: `redis://127.0.0.1:${port}/0`,
		ping: async (url) => (await connectRedis(url)).disconnect(),
	});
}

/**
 * Starts a PostgreSQL on a free port, with its user `postgres` and no password.
 *
 * @param settings further `name=value` of postgresql.conf
 * @throws with what to do when PostgreSQL is not installed, or its own words when it doesn't start
 */
export async function privatePostgres(settings: string[] = []): Promise<Service> {
	const bin = postgresFolder();
	const user = userInfo().uid === 0 ? postgresUser() : undefined;
	const [port] = await freePorts(1);
	const folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-postgres-'));
	if (user) chownSync(folder, user.uid, user.gid);
	const init = spawnSync(
		join(bin, 'initdb'),
		['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
		{ encoding: 'utf8', cwd: folder, ...user },
	);
	if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr || init.error?.message}`);
	const all = [`unix_socket_directories=${folder}`, 'listen_addresses=127.0.0.1', ...settings];
	return await startService({
		program: join(bin, 'postgres'),
		args: ['-D', folder, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])],
		port,
		folder,
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		ping: async (url) => await (await connectPostgres(url)).end(),
		user,
	});
}

function onPath(program: string): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.map((folder) => join(folder, program)).find(existsSync);
}

/** Debian keeps PostgreSQL's programs off PATH, one folder for each version. */
function postgresFolder(): string {
	const found = onPath('initdb');
	if (found) return join(found, '..');
	const folders = POSTGRES_FOLDERS.filter(existsSync).flatMap((parent) =>
		readdirSync(parent)
			.sort((a, b) => parseInt(b) - parseInt(a))
			.map((name) => join(parent, name, 'bin')),
	);
	const folder = folders.find((bin) => existsSync(join(bin, 'initdb')));
	if (folder) return folder;
	throw new Error(
		'PostgreSQL is not installed, or initdb not on PATH. The tests start one of their own to crash it (Debian: apt-get install postgresql).',
	);
}

/** PostgreSQL refuses to run as root. */
function postgresUser(): { uid: number; gid: number } {
	const idOf = (flag: string) =>
		Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || NaN);
	const user = { uid: idOf('-u'), gid: idOf('-g') };
	if (Number.isInteger(user.uid) && Number.isInteger(user.gid)) return user;
	throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres".');
}
