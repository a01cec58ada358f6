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
/** n8n loads every node of a package when it starts. */
const MAX_LOAD_MS = 60;

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

async function loadTime() {
	let times;
	try {
		times = await measureLoadTimes(packageDir);
	} catch (error) {
		return [error.message];
	}
	const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
	console.log(`loading all nodes and credentials: ${median.toFixed(1)} ms`);
	if (median < MAX_LOAD_MS) return [];
	return [
		`Loading takes ${median.toFixed(1)} ms (median of ${times.length}); limit ${MAX_LOAD_MS}.`,
	];
}
