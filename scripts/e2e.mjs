/**
 * `npm run test:e2e`: tests with the packed package in a real n8n.
 * `npm run test:e2e -- harness` runs only the files with that word in their path.
 */
import { jestCheck } from './checks/jestCheck.mjs';
import { build } from './checks/packageChecks.mjs';
import { runChecks, wholeCheck } from './checks/runChecks.mjs';
import { command, ensureDependencies, ensureN8n, ensurePack } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	await ensureN8n();
	const pack = wholeCheck('pack', async () => {
		await ensurePack();
		return 0;
	});
	// One after the other: each file may start an n8n of its own.
	const words = process.argv.slice(2);
	const paths = words.length > 0 ? words.map((word) => `test/e2e/.*${word}`) : ['test/e2e'];
	const tests = jestCheck('end-to-end tests', ['--runInBand', ...paths]);
	return await runChecks([build, pack, tests]);
});
