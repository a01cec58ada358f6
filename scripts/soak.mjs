/**
 * `npm run soak`: constant traffic with random troubles against a real n8n; nothing may be lost, come twice, or pile up
 * in memory. `npm run soak -- --minutes 2` (10 unless told), `--seed 1`, `--rate 5`; `--control` gives n8n's own Webhook
 * node the load instead, to tell n8n's share of the memory.
 */
import { build, pack } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { soakCheck } from './checks/soakCheck.mjs';
import { ensureDependencies, ensureN8n } from './setup.mjs';

process.exitCode = await runChecks({
	async prepare() {
		await ensureDependencies();
		await ensureN8n();
	},
	checks: [build, pack, soakCheck(process.argv.slice(2))],
});
