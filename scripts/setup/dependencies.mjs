import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { root, tmpDir } from './paths.mjs';
import { runLogged } from './run.mjs';

/**
 * Installs the package's development dependencies unless `node_modules` already holds what
 * `package-lock.json` asks for.
 *
 * @throws when npm fails
 */
export async function ensureDependencies() {
	if (installedMatchesLock()) return;
	await withLock(join(tmpDir, 'install.lock'), async () => {
		if (installedMatchesLock()) return;
		console.log('Installing the dependencies, about 1100 packages; a few minutes the first time …');
		await runLogged('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
			node24: true,
			name: 'install-dependencies',
			failure:
				'The dependencies could not be installed. Check the network and that package-lock.json belongs to package.json.',
		});
	});
}

/**
 * npm writes `node_modules/.package-lock.json` as the last step of an install, so an interrupted one
 * never matches.
 */
function installedMatchesLock() {
	const wanted = packagesOf(join(root, 'package-lock.json'));
	const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
	if (!installed) return false;
	return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
		if (path === '') return true;
		// Packages for other platforms, and those only asked for by an optional peer, are left out.
		if (!installed[path]) return Boolean(optional || devOptional || peer);
		return installed[path].version === version;
	});
}

function packagesOf(lockFile) {
	try {
		return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
	} catch (error) {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	}
}
