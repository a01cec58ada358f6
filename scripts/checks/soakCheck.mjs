import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, tmpDir } from '../setup.mjs';

/**
 * A check that counts what the soak run checks at its end. See test/soak/main.mts.
 *
 * @param {string[]} args its options
 * @returns {import('./runChecks.mjs').Check}
 */
export function soakCheck(args) {
	return {
		name: 'soak',
		async run() {
			const resultFile = join(tmpDir, `soak-${process.pid}.json`);
			mkdirSync(tmpDir, { recursive: true });
			const program = ['test/soak/main.mts', ...args, '--result', resultFile];
			const code = await run('node', program, { node24: true });
			const counts = countsIn(resultFile);
			rmSync(resultFile, { force: true });
			// It also fails without a failing check: when an option is wrong, or n8n does not start.
			if (code !== 0 && counts.failed === 0) counts.failed = 1;
			return counts;
		},
	};
}

function countsIn(resultFile) {
	try {
		return JSON.parse(readFileSync(resultFile, 'utf8'));
	} catch (error) {
		if (error.code === 'ENOENT') return { passed: 0, failed: 0 };
		throw error;
	}
}
