/**
 * `npm run fuzz`: looks for bytes from outside that make the package do what it must never do, for ten minutes.
 * `npm run fuzz -- --seconds 60 envelope` spends a minute on one target. See test/fuzz/main.mts.
 */
import { command, ensureBuild, ensureDependencies, run } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	await ensureBuild();
	return await run('node', ['test/fuzz/main.mts', ...process.argv.slice(2)], { node24: true });
});
