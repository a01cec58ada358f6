/**
 * `npm run test:crash`: crashes and outages, with the packed package in a real n8n.
 * `npm run test:crash -- kill` runs only the files with that word in their path; `-- --short` leaves out the kills at
 * random moments, which take most of the time.
 */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, pack } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies, ensureN8n } from './setup.mjs';

const args = process.argv.slice(2);
const words = args.includes('--short') ? ['disk', 'downtime', 'gemini', 'keys'] : args;
const paths = words.length > 0 ? words.map((word) => `test/crash/.*${word}`) : ['test/crash'];
// One after the other: each file may start an n8n of its own.
const tests = jestCheck('crash tests', ['--runInBand', ...paths]);

process.exitCode = await runChecks({
	async prepare() {
		await ensureDependencies();
		await ensureN8n();
	},
	checks: [build, pack, tests],
});
