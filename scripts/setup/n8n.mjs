import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { ensureNode24 } from './node24.mjs';
import { N8N_VERSION, n8nDir } from './paths.mjs';
import { runLogged } from './run.mjs';

const STAMP = '.complete';

/**
 * Finds or installs the pinned n8n in the cache folder, with the one native module it needs (SQLite)
 * built.
 *
 * @returns {Promise<string>} folder whose `node_modules` holds n8n
 * @throws when it cannot be installed or SQLite cannot be built
 */
export async function ensureN8n() {
	const folder = n8nDir();
	if (existsSync(join(folder, STAMP))) return folder;
	return await withLock(`${folder}.lock`, async () => {
		if (existsSync(join(folder, STAMP))) return folder;
		if (!(await isWhole(folder))) {
			const fresh = `${folder}.partial`;
			await install(fresh);
			rmSync(folder, { recursive: true, force: true });
			renameSync(fresh, folder);
		}
		writeFileSync(join(folder, STAMP), `${N8N_VERSION}\n`);
		return folder;
	});
}

async function install(folder) {
	console.log(
		`Installing n8n ${N8N_VERSION}, once: 2400 packages (3 GB), then SQLite is compiled. About 6 minutes …`,
	);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	await runLogged(
		'npm',
		[
			'install',
			`n8n@${N8N_VERSION}`,
			'--save-exact',
			'--ignore-scripts',
			'--no-audit',
			'--no-fund',
		],
		{
			node24: true,
			cwd: folder,
			name: 'install-n8n',
			failure: `n8n ${N8N_VERSION} could not be installed. Check the network and that 3 GB of disk are free.`,
		},
	);
	await buildSqlite(folder);
	if (!(await isWhole(folder))) {
		throw new Error(
			`n8n was installed in ${folder}, but its SQLite module does not load. Remove that folder and try again.`,
		);
	}
}

/** n8n's other native modules come prebuilt; this one would be downloaded, or compiled. */
async function buildSqlite(folder) {
	// The module uses Node's stable ABI, so the headers of any Node will do: local ones save a download.
	const headers = headersPrefix();
	const env = headers ? { npm_config_nodedir: headers } : {};
	const options = { cwd: folder, env, name: 'build-sqlite' };
	try {
		await runLogged(
			'npm',
			['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'],
			{
				...options,
				node24: true,
				failure: 'npm could not build SQLite.',
			},
		);
		if (await sqliteLoads(folder)) return;
	} catch {
		// npm's copy of node-gyp is newer than the module's own and may know this compiler.
	}
	await runLogged('node', [bundledNodeGyp(), 'rebuild', '--release', ...nodedirFlag(headers)], {
		...options,
		cwd: join(folder, 'node_modules', 'sqlite3'),
		failure:
			'The SQLite module of n8n could not be compiled. It needs python3, make and a C++ compiler (Debian: apt-get install python3 make g++).',
	});
}

function nodedirFlag(headers) {
	return headers ? [`--nodedir=${headers}`] : [];
}

function headersPrefix() {
	const prefix = dirname(dirname(process.execPath));
	return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

function bundledNodeGyp() {
	const npmFolders = [];
	if (process.env.npm_execpath) npmFolders.push(dirname(dirname(process.env.npm_execpath)));
	const { stdout } = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' });
	if (stdout) npmFolders.push(join(stdout.trim(), 'npm'));
	const scripts = npmFolders.map((npm) =>
		join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
	);
	const script = scripts.find((path) => existsSync(path));
	if (!script) throw new Error(`npm's node-gyp was not found (looked at ${scripts.join(', ')}).`);
	return script;
}

async function isWhole(folder) {
	const modules = join(folder, 'node_modules');
	// npm writes this file as the last step of an install.
	if (!existsSync(join(modules, '.package-lock.json'))) return false;
	const { version } = JSON.parse(readFileSync(join(modules, 'n8n', 'package.json'), 'utf8'));
	return version === N8N_VERSION && (await sqliteLoads(folder));
}

async function sqliteLoads(folder) {
	const { status } = spawnSync(await ensureNode24(), ['-e', "require('sqlite3')"], { cwd: folder });
	return status === 0;
}
