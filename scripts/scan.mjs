/** `npm run scan`: builds and packs the package, and judges it as n8n's reviewers do. */
import { build, scan } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { command, ensureDependencies } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	return await runChecks([build, scan]);
});
