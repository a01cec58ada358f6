import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes, to be filled up. */
export interface TinyDisk {
	folder: string;
	/** Sizes of all files on it, in bytes. */
	files(): number[];
	/** Deletes all files. */
	clear(): void;
	/** Gives it another size; what is on it must fit. */
	resize(megabytes: number): void;
	remove(): void;
}

/**
 * Mounts one.
 *
 * @returns undefined where the user may not mount: only root on Linux may
 */
export function tinyDisk(megabytes: number): TinyDisk | undefined {
	const folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-disk-'));
	const mount = (options: string) =>
		spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
	if (!mount(`size=${megabytes}m`)) {
		rmSync(folder, { recursive: true });
		return undefined;
	}
	return {
		folder,
		files: () =>
			readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map((entry) => statSync(join(entry.parentPath, entry.name)).size),
		clear() {
			for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
		},
		resize(size) {
			if (!mount(`remount,size=${size}m`)) throw new Error(`Could not resize ${folder}`);
		},
		remove() {
			spawnSync('umount', ['-l', folder]);
			rmSync(folder, { recursive: true });
		},
	};
}
