import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { eventually } from './http.mts';

const START_TIMEOUT_MS = 60_000;

/** A database server of a test's own, which the test may crash. It ends with the test's process. */
export interface Service {
	/** With the port that it keeps over all its starts. */
	url: string;
	port: number;
	/** Of its main process; undefined while it is stopped. */
	readonly pid: number | undefined;
	/** Everything it wrote so far. */
	readonly logs: string;
	/** Ends all its processes at once, as a crash would. Its data stays for `start()`. */
	kill(): Promise<void>;
	/** Starts it again on the same data and port, and waits until it answers. */
	start(): Promise<void>;
	/** Ends it and removes its data. */
	stop(): Promise<void>;
}

export interface Plan {
	program: string;
	args: string[];
	port: number;
	/** Its data; removed at the end. */
	folder: string;
	url: string;
	/** Throws while it doesn't answer. */
	ping(url: string): Promise<void>;
	/** Whom it runs as, where that must not be root. */
	user?: { uid: number; gid: number };
}

/**
 * Starts a server and waits until it answers.
 *
 * @throws its own words when it doesn't start
 */
export async function startService({ program, args, port, folder, url, ping, user }: Plan) {
	const output: string[] = [];
	let running: { child: ChildProcess; guard: ChildProcess } | undefined;
	const ended = ({ exitCode, signalCode }: ChildProcess) =>
		exitCode !== null || signalCode !== null;
	const service: Service = {
		url,
		port,
		get pid() {
			return running?.child.pid;
		},
		get logs() {
			return output.join('');
		},
		async start() {
			const child = spawn(program, args, { cwd: folder, ...user });
			child.stdout.on('data', (chunk) => output.push(String(chunk)));
			child.stderr.on('data', (chunk) => output.push(String(chunk)));
			running = { child, guard: guardOf(child.pid!, folder) };
			await eventually(
				async () => {
					if (ended(child)) return 'ended';
					await ping(url);
					return 'answers';
				},
				{ timeoutMs: START_TIMEOUT_MS },
			);
			if (ended(child)) throw new Error(`${program} does not start:\n${output.join('')}`);
		},
		async kill() {
			if (!running) return;
			const { child, guard } = running;
			running = undefined;
			guard.kill('SIGKILL');
			// PostgreSQL's helpers are in sessions of their own.
			const helpers = childrenOf(child.pid!);
			const gone = new Promise((done) => (ended(child) ? done(0) : child.once('exit', done)));
			for (const pid of [child.pid!, ...helpers]) end(pid);
			await gone;
			await eventually(() => !helpers.some(isAlive));
		},
		async stop() {
			await service.kill();
			rmSync(folder, { recursive: true, force: true });
		},
	};
	try {
		await service.start();
	} catch (error) {
		await service.stop();
		throw error;
	}
	return service;
}

/** Ends the service and removes its data when this process is gone, however that ended: its input closes then. */
function guardOf(pid: number, folder: string): ChildProcess {
	const script = 'cat; kill -9 "$1"; sleep 1; rm -rf "$2"';
	const args = ['-c', script, 'guard', String(pid), folder];
	const guard = spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
	guard.unref();
	return guard;
}

function childrenOf(pid: number): number[] {
	const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
	return stdout.split('\n').filter(Boolean).map(Number);
}

function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It ended by itself.
	}
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
