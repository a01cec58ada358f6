import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PACKAGE_NAME = 'n8n-nodes-gemini-webhooks';

/**
 * The folder of an unpacked package, the one packed last unless told.
 *
 * @throws when nothing is there
 */
export function packedPackage(folder?: string): string {
	const packageDir = resolve(
		folder ?? resolve(import.meta.dirname, '..', '..', '.tmp', 'node_modules', PACKAGE_NAME),
	);
	if (existsSync(join(packageDir, 'package.json'))) return packageDir;
	throw new Error(`There is no package in ${packageDir}. "npm run test:e2e" packs it first.`);
}

/** Puts a package where n8n looks for community nodes, in place of what was there. */
export function installPackage(packageDir: string, userFolder: string): void {
	const target = join(userFolder, '.n8n', 'nodes', 'node_modules', PACKAGE_NAME);
	rmSync(target, { recursive: true, force: true });
	cpSync(packageDir, target, { recursive: true });
}

/** Outside the checkout: a package inside it would find the checkout's `node_modules`, not n8n's. */
export function temporaryFolder(): string {
	return mkdtempSync(join(tmpdir(), 'gemini-webhooks-n8n-'));
}

/** Removes the mark of a crash, which makes n8n rest for 10 s at its next start; nothing else depends on it. */
export function forgetCrash(userFolder: string): void {
	rmSync(join(userFolder, '.n8n', 'crash.journal'), { force: true });
}
