/**
 * `npm run bench`: the trigger next to n8n's Webhook node in a real n8n. See test/bench/trigger.mts.
 * `npm run bench:rejections`: what a forged delivery costs. See test/bench/rejections.mts.
 */
import { command, ensureBuild, ensureDependencies, ensureN8n, ensurePack, run } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	await ensureN8n();
	await ensureBuild();
	await ensurePack();
	const [name = 'trigger'] = process.argv.slice(2);
	return await run('node', [`test/bench/${name}.mts`], { node24: true });
});
