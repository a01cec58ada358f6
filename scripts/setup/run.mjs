import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNode24 } from './node24.mjs';
import { root } from './paths.mjs';
import { spawnLogged, spawnProgram } from './process.mjs';

/**
 * Runs a program without a shell, its output on this terminal.
 *
 * @param {string} command a program; `node` and `npm` are found even when they are not on PATH
 * @param {string[]} args
 * @param {{ node24?: boolean, env?: Record<string, string>, cwd?: string }} [options] `node24`: put
 *   Node 24 first on PATH, and let `node` and `npm` mean that one
 * @returns {Promise<number>} the exit code; 128 + the signal's number when a signal ended it
 * @throws when the program cannot be started
 */
export async function run(command, args, options = {}) {
	return await spawnProgram(command, args, await withNode(options));
}

/**
 * Like {@link run}, but quiet: see {@link spawnLogged}.
 *
 * @throws when the program fails
 */
export async function runLogged(command, args, options) {
	await spawnLogged(command, args, await withNode(options));
}

/**
 * The script behind a command of an installed package, so that it can be run as `node <script>` on
 * every platform.
 *
 * @param {string} packageName
 * @param {string} [command] defaults to the package's only one
 */
export function packageBin(packageName, command = packageName) {
	const folder = join(root, 'node_modules', packageName);
	const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

async function withNode({ node24, ...options }) {
	return node24 ? { ...options, node: await ensureNode24() } : options;
}
