/** Starts the local Gemini API: `npm run emulator -- --port 8787 --key my-key`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { command, ensureNode24, root } from './setup.mjs';

await command(async () => {
	const main = join(root, 'test', 'emulator', 'main.mts');
	const emulator = spawn(await ensureNode24(), [main, ...process.argv.slice(2)], {
		cwd: root,
		stdio: 'inherit',
	});
	// Ctrl-C reaches the emulator by itself; a signal sent to this process alone has to be passed on.
	process.on('SIGINT', () => undefined);
	process.on('SIGTERM', () => emulator.kill('SIGTERM'));
	return await new Promise((resolve, reject) => {
		emulator.on('error', reject);
		emulator.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
	});
});
