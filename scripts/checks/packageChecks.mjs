import { ensureBuild, ensurePack, run } from '../setup.mjs';
import { wholeCheck } from './runChecks.mjs';

export const build = wholeCheck('build', async () => {
	await ensureBuild();
	return 0;
});

export const lint = wholeCheck(
	'lint',
	async () => await run('npm', ['run', '--silent', 'lint'], { node24: true }),
);

export const typecheck = wholeCheck(
	'typecheck',
	async () => await run('npm', ['run', '--silent', 'typecheck'], { node24: true }),
);

export const pack = wholeCheck('pack', async () => {
	await ensurePack();
	return 0;
});

/** n8n's scanner over the sources and over what would be published; needs the build. */
export const scan = wholeCheck('scan', async () => {
	const { tarball, packageDir } = await ensurePack();
	return await run('node', ['scripts/scan/scanPackage.mjs', packageDir, tarball], { node24: true });
});
