/** Runs jest under the Node that n8n needs: `node scripts/jest.mjs [jest's arguments]`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command, ensureBuild, ensureDependencies, packageBin, root, run } from './setup.mjs';

await command(async () => {
	await ensureDependencies();
	// The code under test uses the bundle of third-party code that the build makes.
	if (!existsSync(join(root, 'dist', 'nodes', 'shared', 'vendor.js'))) await ensureBuild();
	return await run('node', [packageBin('jest'), ...process.argv.slice(2)], { node24: true });
});
