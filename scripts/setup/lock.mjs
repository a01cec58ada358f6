import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;

/**
 * Runs `action` while no other process does the same under this lock file. A lock left behind by a
 * process that no longer runs is taken over.
 *
 * @param {string} file lock file; its folder is created
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 * @template T
 */
export async function withLock(file, action) {
	mkdirSync(dirname(file), { recursive: true });
	for (let waited = false; !tryLock(file); waited = true) {
		if (!waited) console.log(`Waiting for another process to finish (${file}) …`);
		await sleep(POLL_MS);
	}
	try {
		return await action();
	} finally {
		rmSync(file, { force: true });
	}
}

function tryLock(file) {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
	}
	if (ownerRuns(file)) return false;
	rmSync(file, { force: true });
	return tryLock(file);
}

function ownerRuns(file) {
	let pid;
	try {
		pid = Number(readFileSync(file, 'utf8'));
	} catch {
		return false; // released in the meantime
	}
	if (!pid) return true; // created a moment ago, the number not written yet
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}
