/**
 * `npm run test:e2e`: tests with the packed package in a real n8n.
 * `npm run test:e2e -- harness` runs only the files with that word in their path.
 */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, pack } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies, ensureN8n } from './setup.mjs';

const words = process.argv.slice(2);
const paths = words.length > 0 ? words.map((word) => `test/e2e/.*${word}`) : ['test/e2e'];
// Each file starts an n8n of its own, and waits most of the time.
const tests = jestCheck('end-to-end tests', ['--maxWorkers=2', ...paths]);

process.exitCode = await runChecks({
	async prepare() {
		await ensureDependencies();
		await ensureN8n();
	},
	checks: [build, pack, tests],
});
