/**
 * @typedef {{ passed: number, failed: number }} Counts
 * @typedef {{ name: string, run: () => Promise<Counts> }} Check
 */

/**
 * Runs checks one after the other, going on after a failure, and ends with a table and the line
 * `N passed, N failed`. A check that throws counts as one failure. A failing preparation does too,
 * and then no check runs.
 *
 * @param {{ prepare: () => Promise<void>, checks: Check[] }} plan
 * @returns {Promise<number>} exit code: 1 when anything failed
 */
export async function runChecks({ prepare, checks }) {
	const results = [];
	try {
		await prepare();
	} catch (error) {
		return report([{ name: 'preparation', ...asFailure(error), seconds: 0 }]);
	}
	for (const check of checks) {
		console.log(`\n── ${check.name} ──`);
		const start = Date.now();
		const counts = await check.run().catch(asFailure);
		results.push({ name: check.name, ...counts, seconds: (Date.now() - start) / 1000 });
	}
	return report(results);
}

/**
 * A check that passes or fails as a whole.
 *
 * @param {string} name
 * @param {() => Promise<number>} action returns an exit code
 * @returns {Check}
 */
export function wholeCheck(name, action) {
	return {
		name,
		run: async () => ((await action()) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
	};
}

function asFailure(error) {
	console.error(error.message);
	return { passed: 0, failed: 1 };
}

function report(results) {
	const width = Math.max(...results.map(({ name }) => name.length));
	console.log('');
	for (const { name, failed, seconds } of results) {
		const verdict = failed === 0 ? 'ok    ' : 'failed';
		console.log(`${name.padEnd(width)}  ${verdict}  ${seconds.toFixed(1).padStart(6)} s`);
	}
	const sum = (key) => results.reduce((total, result) => total + result[key], 0);
	console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
	return sum('failed') === 0 ? 0 : 1;
}
