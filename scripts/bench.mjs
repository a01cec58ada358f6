/** `npm run bench`: the trigger next to n8n's Webhook node in a real n8n. See test/bench/trigger.mts. */
import { command, ensureBuild, ensureDependencies, ensureN8n, ensurePack, run } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	await ensureN8n();
	await ensureBuild();
	await ensurePack();
	return await run('node', ['test/bench/trigger.mts'], { node24: true });
});
