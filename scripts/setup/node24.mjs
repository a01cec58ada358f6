import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { cacheDir } from './paths.mjs';
import { spawnLogged } from './process.mjs';

const NEEDED_MAJOR = 24;

/**
 * Finds or installs the Node that n8n needs.
 *
 * @returns {Promise<string>} path of a Node binary of version 24 or newer: the running one, or one
 *   kept in the cache folder, installed from npm the first time
 * @throws when it cannot be installed or does not run
 */
export async function ensureNode24() {
	if (major(process.version) >= NEEDED_MAJOR) return process.execPath;
	const folder = join(cacheDir(), `node-${NEEDED_MAJOR}`);
	const binary = binaryIn(folder);
	if (runs(binary)) return binary;
	await withLock(`${folder}.lock`, async () => {
		if (!runs(binary)) await install(folder);
	});
	return binary;
}

async function install(folder) {
	console.log(
		`n8n needs Node ${NEEDED_MAJOR}, this is ${process.version}: installing one from npm, once …`,
	);
	const fresh = `${folder}.partial`;
	rmSync(fresh, { recursive: true, force: true });
	mkdirSync(fresh, { recursive: true });
	writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n');
	// The package's own script fetches the binary, so scripts must run whatever the user's setting is.
	await spawnLogged(
		'npm',
		['install', `node@${NEEDED_MAJOR}`, '--ignore-scripts=false', '--no-audit', '--no-fund'],
		{
			cwd: fresh,
			name: 'install-node',
			failure: `Node ${NEEDED_MAJOR} could not be installed from npm. ${advice}`,
		},
	);
	if (!runs(binaryIn(fresh))) {
		throw new Error(`npm installed Node ${NEEDED_MAJOR}, but it does not run. ${advice}`);
	}
	rmSync(folder, { recursive: true, force: true });
	renameSync(fresh, folder);
}

const advice = `Check the network, or install Node ${NEEDED_MAJOR} yourself and run the command again with it.`;

function binaryIn(folder) {
	const name = platform() === 'win32' ? 'node.exe' : 'node';
	return join(folder, 'node_modules', 'node', 'bin', name);
}

function runs(binary) {
	if (!existsSync(binary)) return false;
	const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
	return status === 0 && major(stdout) >= NEEDED_MAJOR;
}

function major(version) {
	return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
