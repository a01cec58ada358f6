/** `npm test`: all checks that need no n8n server. */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, lint, scan, typecheck } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies } from './setup.mjs';

const tests = jestCheck('tests', ['test/unit', 'test/engine', 'test/emulator', 'test/fuzz']);

process.exitCode = await runChecks({
	prepare: ensureDependencies,
	checks: [build, lint, typecheck, tests, scan],
});
