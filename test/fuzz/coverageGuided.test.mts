/** A short run of the fuzzer over every target, from the inputs that longer runs have left; see main.mts. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TARGETS } from './targets/index.mts';

/** Runs of each target; with those before, in its corpus. */
const RUNS = 6000;
const MAIN = join(import.meta.dirname, 'main.mts');

const run = promisify(execFile);

/** @returns its exit code and all that it wrote */
async function fuzz(...args: string[]): Promise<{ code: number; output: string }> {
	try {
		const { stdout, stderr } = await run(process.execPath, [MAIN, ...args]);
		return { code: 0, output: stdout + stderr };
	} catch (error) {
		const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
		return { code, output: stdout + stderr };
	}
}

test.each(TARGETS)(
	'%s',
	async (target) => {
		const { code, output } = await fuzz('--runs', String(RUNS), target);
		process.stdout.write(output);
		expect([code, output]).toEqual([0, expect.stringMatching(/^figure: fuzzing \w+: \d+ runs/)]);
	},
	60_000,
);

test('it finds what chance does not, and shows the shortest input that does it', async () => {
	const { code, output } = await fuzz('--seconds', '30', 'planted');
	expect(code).toBe(1);
	expect(output).toContain('The planted fault was found');
	expect(output).toContain('Input (latin1): "Bug!"');
	const kept = /Kept in (\S+)/.exec(output)?.[1];
	expect(readFileSync(String(kept), 'utf8')).toBe('Bug!');
}, 60_000);

test('an input that never ends is told, with the input', async () => {
	const { code, output } = await fuzz('--seconds', '30', '--stuck', '1', 'endless');
	expect(code).toBe(1);
	expect(output).toContain('An input never ends');
	expect(output).toMatch(/Input \(latin1\): ".*!.*"/);
}, 60_000);
