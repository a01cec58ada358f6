import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';

/** The n8n the end-to-end tests and the demo run against. */
export const N8N_VERSION = '2.41.1';

/** Root of the checkout. */
export const root = resolve(import.meta.dirname, '..', '..');

/** Folder for everything the scripts generate inside the checkout. */
export const tmpDir = join(root, '.tmp');

/**
 * Where downloads that outlive a checkout are kept: `$GEMINI_WEBHOOKS_CACHE`, or the user's cache
 * folder of this platform plus `n8n-nodes-gemini-webhooks`.
 */
export function cacheDir() {
	if (process.env.GEMINI_WEBHOOKS_CACHE) return resolve(process.env.GEMINI_WEBHOOKS_CACHE);
	return join(userCacheDir(), 'n8n-nodes-gemini-webhooks');
}

function userCacheDir() {
	if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
	if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches');
	if (platform() === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
	return join(homedir(), '.cache');
}

/** Where the pinned n8n is installed. */
export function n8nDir() {
	return join(cacheDir(), `n8n-${N8N_VERSION}`);
}
