/** `npm test`: all checks that need no n8n server. */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, lint, scan, typecheck } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { command, ensureDependencies } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	const tests = jestCheck('tests', ['test/unit', 'test/engine', 'test/emulator']);
	return await runChecks([build, lint, typecheck, tests, scan]);
});
