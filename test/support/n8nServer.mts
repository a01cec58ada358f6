import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A fixed key, so that copies of one user folder can be opened by any server. */
const ENCRYPTION_KEY = 'n8n-nodes-gemini-webhooks-test-key';
const END_WITH_PARENT = join(import.meta.dirname, 'endWithParent.cjs');
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 20_000;

export interface ServerOptions {
	userFolder: string;
	port: number;
	/** Port of the broker that hands Code nodes to their runner. */
	brokerPort: number;
	/** The address n8n tells others to call; the server's own unless told. */
	webhookUrl?: string;
	/** Further environment variables; these win over the ones set here. */
	env?: Record<string, string>;
}

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
		const args = ['--require', END_WITH_PARENT, n8nProgram(), 'start'];
		const child = spawn(process.execPath, args, {
			env: environment(this.#options),
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

/** An n8n that keeps to itself: it calls no outside service and opens no port but its own two. */
function environment({ userFolder, port, brokerPort, webhookUrl, env }: ServerOptions) {
	const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
	return {
		...Object.fromEntries(
			Object.entries({ PATH, HOME, TMPDIR, SystemRoot }).filter(([, value]) => value),
		),
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_WEBHOOK_URL: webhookUrl ?? `http://127.0.0.1:${port}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		...env,
	};
}
