import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { n8nEnvironment } from './n8nEnvironment.mts';
import type { ProcessOptions } from './n8nEnvironment.mts';

const END_WITH_PARENT = join(import.meta.dirname, 'endWithParent.cjs');
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 20_000;

export interface ServerOptions extends ProcessOptions {
	/** Flags of the command, such as `--concurrency=5` of a worker. */
	flags?: string[];
}

/** n8n's command for each role. */
const COMMANDS = { main: 'start', webhook: 'webhook', worker: 'worker' } as const;

/** One n8n process on a user folder; it can be started again after it ended. */
export class N8nServer {
	readonly url: string;
	#options: ServerOptions;
	readonly #output: string[] = [];
	#process?: ChildProcess;

	constructor(options: ServerOptions) {
		this.#options = options;
		this.url = `http://127.0.0.1:${options.port}`;
	}

	/** Of the server that runs now. */
	get pid(): number | undefined {
		return this.#process?.pid;
	}

	/** Everything the server wrote so far, over all its starts. */
	get logs(): string {
		return this.#output.join('');
	}

	/**
	 * Starts the process and waits until it answers requests.
	 *
	 * @param changes from now on
	 * @throws when it ends or is not ready within three minutes, with the end of its output
	 */
	async start(changes: Pick<ServerOptions, 'webhookUrl'> = {}): Promise<void> {
		this.#options = { ...this.#options, ...changes };
		const { role = 'main', flags = [] } = this.#options;
		const args = ['--require', END_WITH_PARENT, n8nProgram(), COMMANDS[role], ...flags];
		const child = spawn(process.execPath, args, {
			env: n8nEnvironment(this.#options),
			stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
			// A group of its own, so that its helpers can be ended with it.
			detached: process.platform !== 'win32',
		});
		this.#process = child;
		child.stdout?.on('data', (chunk) => this.#output.push(String(chunk)));
		child.stderr?.on('data', (chunk) => this.#output.push(String(chunk)));
		await this.#ready(child);
	}

	/** Ends the process the way a service manager does: asks, and insists after 20 s. */
	async stop(): Promise<void> {
		const ended = this.#ended();
		this.#process?.kill('SIGTERM');
		await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
		await this.kill();
	}

	/** Ends the process and its helpers at once, without any chance to clean up. */
	async kill(): Promise<void> {
		const ended = this.#ended();
		this.#killGroup();
		await ended;
		this.#process = undefined;
	}

	async #ready(child: ChildProcess): Promise<void> {
		const deadline = Date.now() + START_TIMEOUT_MS;
		while (Date.now() < deadline) {
			if (hasEnded(child)) break;
			const answer = await fetch(`${this.url}/healthz/readiness`).catch(() => undefined);
			if (answer?.ok) return;
			await sleep(100);
		}
		const what = hasEnded(child)
			? `ended with ${child.exitCode ?? child.signalCode}`
			: 'is not ready in time';
		await this.kill();
		throw new Error(`n8n ${what}. Its last words:\n${this.logs.slice(-4000)}`);
	}

	async #ended(): Promise<void> {
		const child = this.#process;
		if (!child || hasEnded(child)) return;
		await new Promise((done) => child.once('exit', done));
	}

	#killGroup(): void {
		const pid = this.#process?.pid;
		if (pid === undefined) return;
		try {
			process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
		} catch {
			// Nothing of the group is left.
		}
	}
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}

/** Folder of the pinned n8n, as `scripts/setup.mjs` installs it. */
export function n8nFolder(): string {
	const folder = process.env.GEMINI_WEBHOOKS_N8N_DIR;
	if (!folder || !existsSync(join(folder, '.complete'))) {
		throw new Error('n8n is not installed yet. Run "npm run test:e2e" once; it installs it.');
	}
	return folder;
}

function n8nProgram(): string {
	return join(n8nFolder(), 'node_modules', 'n8n', 'bin', 'n8n');
}
