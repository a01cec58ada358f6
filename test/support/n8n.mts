import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './http.mts';
import { N8nApi } from './n8nApi.mts';
import { forgetCrash, installPackage, packedPackage, temporaryFolder } from './n8nPackage.mts';
import { N8nServer, n8nFolder } from './n8nServer.mts';

export interface N8nOptions {
	/** The unpacked package to install; the one packed last unless told. */
	packageDir?: string;
	/** Where n8n keeps its data. A temporary folder, removed by `stop()`, unless told. */
	userFolder?: string;
	port?: number;
	/** The address n8n tells others to call, ending in `/`; the server's own unless told. */
	webhookUrl?: string;
	/** Further environment variables for n8n. */
	env?: Record<string, string>;
}

/** A running n8n with the package installed. */
export interface N8n {
	/** Where it listens, without a slash at the end. */
	url: string;
	userFolder: string;
	/** Everything it wrote so far, over all its starts. */
	readonly logs: string;
	/** Of its process; undefined while it is stopped. */
	readonly pid: number | undefined;
	/** Ends it gracefully and removes its temporary folder. */
	stop(): Promise<void>;
	/** Ends it at once, as a crash would. Its data stays for `restart()`. */
	kill(): Promise<void>;
	/**
	 * Starts it again on the same data and ports, after a graceful stop if it still runs; with another address to tell
	 * others, if one is given.
	 */
	restart(changes?: Pick<N8nOptions, 'webhookUrl'>): Promise<void>;
}

/**
 * Starts a real n8n server with the packed package installed as a user would have it. Its owner
 * exists already (see `owner` in n8nApi.mts).
 *
 * @throws when n8n or the packed package is missing, or n8n does not start
 */
export async function startN8n(options: N8nOptions = {}): Promise<N8n> {
	const packageDir = packedPackage(options.packageDir);
	const userFolder = options.userFolder ?? temporaryFolder();
	await fillUserFolder(userFolder);
	installPackage(packageDir, userFolder);

	const [brokerPort, anyPort] = await freePorts(2);
	const { port = anyPort, webhookUrl, env } = options;
	const server = new N8nServer({ userFolder, port, brokerPort, webhookUrl, env });
	await server.start();
	return {
		url: server.url,
		userFolder,
		get logs() {
			return server.logs;
		},
		get pid() {
			return server.pid;
		},
		async stop() {
			await server.stop();
			if (!options.userFolder) rmSync(userFolder, { recursive: true, force: true });
		},
		kill: () => server.kill(),
		async restart(changes) {
			await server.stop();
			forgetCrash(userFolder);
			await server.start(changes);
		},
	};
}

/** A new user folder starts as a copy of one whose database is migrated and whose owner exists. */
async function fillUserFolder(userFolder: string): Promise<void> {
	if (existsSync(join(userFolder, '.n8n'))) return;
	const template = `${n8nFolder()}-template`;
	if (!existsSync(template)) await createTemplate(template);
	mkdirSync(userFolder, { recursive: true });
	cpSync(template, userFolder, { recursive: true });
}

async function createTemplate(template: string): Promise<void> {
	const userFolder = mkdtempSync(`${template}-`);
	const [port, brokerPort] = await freePorts(2);
	const server = new N8nServer({ userFolder, port, brokerPort });
	await server.start();
	await N8nApi.connect(server.url);
	await server.stop();
	// Copies of the editor's files; n8n writes them anew at every start.
	rmSync(join(userFolder, '.cache'), { recursive: true, force: true });
	try {
		renameSync(userFolder, template);
	} catch (error) {
		// Another process was faster; its template is as good.
		rmSync(userFolder, { recursive: true, force: true });
		if (!existsSync(template)) throw error;
	}
}
