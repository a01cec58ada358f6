/**
 * `npm run soak`: constant traffic of all kinds against a real n8n while things go wrong at random, then the account:
 * nothing lost, nothing twice, nothing forged, memory flat.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { soakControl } from './control.mts';
import { readOptions } from './options.mts';
import { printChecks } from './report.mts';
import { soak } from './soak.mts';

const options = readOptions(process.argv.slice(2));
const { checks, evidence } = await (options.control ? soakControl(options) : soak(options));

const folder = resolve(import.meta.dirname, '../../.tmp/soak');
mkdirSync(folder, { recursive: true });
const file = resolve(folder, `${options.control ? 'control' : 'soak'}-${options.seed}.json`);
writeFileSync(file, JSON.stringify(evidence, undefined, '\t'));

printChecks(checks);
console.log(`\nEverything that was counted is in ${file}.`);
const failed = checks.filter(({ problems }) => problems.length > 0).length;
if (options.resultFile) {
	writeFileSync(options.resultFile, JSON.stringify({ passed: checks.length - failed, failed }));
}
process.exitCode = failed === 0 ? 0 : 1;
