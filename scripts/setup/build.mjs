import { readFileSync, renameSync, rmSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, tmpDir } from './paths.mjs';
import { run, runLogged } from './run.mjs';

/**
 * Builds the package into `dist/`.
 *
 * @throws when the build fails
 */
export async function ensureBuild() {
	const code = await run('npm', ['run', '--silent', 'build'], { node24: true });
	if (code !== 0) throw new Error('The build failed; the messages above say where.');
}

/**
 * Packs the built package as it would be published, and unpacks it again: what is scanned and tested
 * end to end is what users get.
 *
 * @returns {Promise<{ tarball: string, packageDir: string }>}
 * @throws when packing fails
 */
export async function ensurePack() {
	const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const tarball = join(tmpDir, `${name}-${version}.tgz`);
	// A folder of this name keeps n8n's linter, which takes no ignore list, out of the copy.
	const modules = join(tmpDir, 'node_modules');
	const packageDir = join(modules, name);
	const fresh = join(modules, `${name}.partial`);
	rmSync(fresh, { recursive: true, force: true });
	mkdirSync(fresh, { recursive: true });
	await runLogged('npm', ['pack', '--ignore-scripts', '--pack-destination', tmpDir], {
		name: 'pack',
		failure: 'npm could not pack the package.',
	});
	await runLogged('tar', ['-xzf', tarball, '-C', fresh, '--strip-components=1'], {
		name: 'unpack',
		failure: `${tarball} could not be unpacked.`,
	});
	rmSync(packageDir, { recursive: true, force: true });
	renameSync(fresh, packageDir);
	return { tarball, packageDir };
}
