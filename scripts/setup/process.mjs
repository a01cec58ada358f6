import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { cacheDir, n8nDir, root, tmpDir } from './paths.mjs';

const SHOWN_LOG_LINES = 30;

/**
 * Starts a program without a shell and waits for its end.
 *
 * @param {string} command a program; `node` and `npm` mean those that belong to `node`
 * @param {string[]} args
 * @param {{ node?: string, env?: Record<string, string>, cwd?: string, stdio?: object }} [options]
 *   `node`: the Node binary put first on PATH; by default the running one
 * @returns {Promise<number>} the exit code; 128 + the signal's number when a signal ended it
 * @throws when the program cannot be started
 */
export async function spawnProgram(command, args, options = {}) {
	const { node = process.execPath, env = {}, cwd = root, stdio = 'inherit' } = options;
	const [program, ...leading] = resolveCommand(command, node);
	const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
	const childEnv = {
		...process.env,
		[pathKey]: [dirname(node), process.env[pathKey]].join(delimiter),
		GEMINI_WEBHOOKS_CACHE: cacheDir(),
		GEMINI_WEBHOOKS_N8N_DIR: n8nDir(),
		...env,
	};
	return await new Promise((resolve, reject) => {
		const child = spawn(program, [...leading, ...args], { cwd, stdio, env: childEnv });
		child.once('error', (error) =>
			reject(new Error(`Could not start "${command}": ${error.message}. Is it installed?`)),
		);
		child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
	});
}

/**
 * Like {@link spawnProgram}, but the output goes to `.tmp/logs/<name>.log`; its start and end are
 * shown as part of the error.
 *
 * @returns {Promise<void>}
 * @throws when the program fails, with `failure` (what went wrong, what to do) as the message's start
 */
export async function spawnLogged(command, args, { name, failure, ...options }) {
	const logFile = join(tmpDir, 'logs', `${name}.log`);
	mkdirSync(dirname(logFile), { recursive: true });
	const log = openSync(logFile, 'w');
	let code;
	try {
		code = await spawnProgram(command, args, { ...options, stdio: ['ignore', log, log] });
	} finally {
		closeSync(log);
	}
	if (code === 0) return;
	throw new Error(
		`${failure}\nExit code ${code}; the whole output is in ${logFile}:\n\n${shortened(logFile)}`,
	);
}

/** npm names the reason first and ends with its manual, compilers do it the other way round. */
function shortened(logFile) {
	const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
	if (lines.length <= SHOWN_LOG_LINES) return lines.join('\n');
	const half = SHOWN_LOG_LINES / 2;
	return [...lines.slice(0, half), '…', ...lines.slice(-half)].join('\n');
}

function resolveCommand(command, node) {
	if (command === 'node') return [node];
	if (command !== 'npm') return [command];
	const npm = npmScript();
	// Windows has npm.cmd, which cannot be started without a shell; there npm's own script is used.
	return npm ? [node, npm] : ['npm'];
}

/** npm's own script when npm started this process (another package manager sets the variable too). */
function npmScript() {
	const script = process.env.npm_execpath;
	return script && /^npm(-cli)?\.c?js$/.test(basename(script)) ? script : undefined;
}
