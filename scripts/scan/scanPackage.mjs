/**
 * Judges the package as n8n's reviewers do: `node scanPackage.mjs <unpacked package> <tarball>`.
 * Exit code 1 when something is found.
 */
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { statSync } from 'node:fs';
import { root } from '../setup.mjs';
import { measureLoadTimes } from './measureLoadTimes.mjs';

/** What n8n's scanner looks at in a published package; the list is not exported. */
const PUBLISHED_FILE_PATTERNS = ['**/*.js', 'package.json'];
const MAX_TARBALL_BYTES = 1_000_000;

const [packageDir, tarball] = process.argv.slice(2);
const findings = [
	...(await violations('sources', root, SOURCE_FILE_PATTERNS)),
	...(await violations('published package', packageDir, PUBLISHED_FILE_PATTERNS)),
	...tarballSize(),
	...(await loadTime()),
];
for (const finding of findings) console.error(`\n${finding}`);
process.exitCode = findings.length === 0 ? 0 : 1;

async function violations(what, folder, patterns) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	// A scan of nothing passes, too.
	if (passed && message) return [`${what}: ${message}`];
	console.log(`${what}: ${passed ? 'no findings' : message}`);
	return passed ? [] : [`n8n's scanner, ${what}: ${details ?? message}`];
}

function tarballSize() {
	const { size } = statSync(tarball);
	console.log(`tarball: ${size} bytes`);
	if (size <= MAX_TARBALL_BYTES) return [];
	return [`The tarball has ${size} bytes; ${MAX_TARBALL_BYTES} are the limit.`];
}

/** n8n loads every node of a package when it starts. How long that takes depends on the machine: read the ratio. */
async function loadTime() {
	let times;
	try {
		times = await measureLoadTimes(packageDir);
	} catch (error) {
		return [error.message];
	}
	const [own, workflow] = [0, 1].map((index) => median(times.map((run) => run[index])));
	const ratio = (own / workflow).toFixed(2);
	console.log(
		`loading all nodes and credentials: ${own.toFixed(1)} ms, ${ratio} of what n8n-workflow takes`,
	);
	return [];
}

function median(values) {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
