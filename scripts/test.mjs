/** `npm test`: all checks that need no n8n server. */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, lint, scan, typecheck } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies } from './setup.mjs';

// By itself, jest leaves one core alone, which on two of them doubles the time.
const tests = jestCheck('tests', [
	'--maxWorkers=100%',
	'test/unit',
	'test/engine',
	'test/emulator',
	'test/fuzz',
]);

process.exitCode = await runChecks({
	prepare: ensureDependencies,
	checks: [build, lint, typecheck, tests, scan],
});
