import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup.mjs';

const RUNS = 5;

/**
 * Loads the package as n8n does, each time in a new process.
 *
 * @param {string} packageDir the unpacked package
 * @returns {Promise<Array<[number, number]>>} milliseconds of each run: the package, and n8n-workflow beside it
 * @throws when a node or credential cannot be loaded
 */
export async function measureLoadTimes(packageDir) {
	const script = join(import.meta.dirname, 'loadPackage.cjs');
	// n8n hands its own n8n-workflow to packages through NODE_PATH.
	const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
	const times = [];
	for (let run = 0; run < RUNS; run++) {
		const { stdout } = await promisify(execFile)(process.execPath, [script, packageDir], {
			env,
		}).catch(({ stderr }) => {
			throw new Error(`The package cannot be loaded:\n${stderr}`);
		});
		times.push(JSON.parse(stdout));
	}
	return times;
}
