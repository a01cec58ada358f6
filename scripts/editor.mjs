/**
 * `npm run test:editor`: the packed package in n8n's editor, in a real Chromium.
 * `npm run test:editor -- trigger` runs only the files with that word in their path;
 * `npm run test:editor -- --screenshots` takes the README's pictures instead, into `docs/images/`.
 */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, pack } from './checks/packageChecks.mjs';
import { runChecks, wholeCheck } from './checks/runChecks.mjs';
import { ensureDependencies, ensureN8n, run } from './setup.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const paths = words.length > 0 ? words.map((word) => `test/editor/.*${word}`) : ['test/editor'];
// One after the other: each file starts an n8n and a browser.
const tests = jestCheck('editor tests', ['--runInBand', ...paths]);
const screenshots = wholeCheck(
	'screenshots',
	async () => await run('node', ['test/editor/screenshots.mts'], { node24: true }),
);

process.exitCode = await runChecks({
	async prepare() {
		await ensureDependencies();
		await ensureN8n();
	},
	checks: [build, pack, process.argv.includes('--screenshots') ? screenshots : tests],
});
