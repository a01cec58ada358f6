import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageBin, run, tmpDir } from '../setup.mjs';

/**
 * A check that counts every jest test.
 *
 * @param {string} name
 * @param {string[]} args jest's arguments
 * @returns {import('./runChecks.mjs').Check}
 */
export function jestCheck(name, args) {
	return {
		name,
		async run() {
			const resultFile = join(tmpDir, `jest-${process.pid}.json`);
			mkdirSync(tmpDir, { recursive: true });
			const code = await run(
				'node',
				[packageBin('jest'), ...args, '--json', `--outputFile=${resultFile}`],
				{ node24: true },
			);
			const counts = countsIn(resultFile);
			rmSync(resultFile, { force: true });
			// jest also fails without a failing test: when it finds none, or a file does not load.
			if (code !== 0 && counts.failed === 0) counts.failed = 1;
			return counts;
		},
	};
}

function countsIn(resultFile) {
	try {
		const result = JSON.parse(readFileSync(resultFile, 'utf8'));
		return {
			passed: result.numPassedTests,
			failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
		};
	} catch (error) {
		if (error.code === 'ENOENT') return { passed: 0, failed: 0 };
		throw error;
	}
}
