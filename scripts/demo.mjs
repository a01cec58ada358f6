/** `npm run demo`: the package in a real n8n, with example workflows. See test/support/demo.mts. */
import { command, ensureBuild, ensureDependencies, ensureN8n, ensurePack, run } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	await ensureN8n();
	await ensureBuild();
	await ensurePack();
	// Ctrl-C reaches the demo as well; this process waits until it has cleaned up.
	process.on('SIGINT', () => {});
	return await run('node', ['test/support/demo.mts', ...process.argv.slice(2)], { node24: true });
});
