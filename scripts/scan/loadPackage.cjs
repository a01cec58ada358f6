/**
 * Prints how many milliseconds it takes to load all nodes and credentials of a package, and to load n8n-workflow,
 * which n8n has loaded already: `node loadPackage.cjs <unpacked package>` prints `[own, n8n-workflow]`.
 */
const { basename, join } = require('node:path');
const first = performance.now();
require('n8n-workflow');
const workflow = performance.now() - first;

const packageDir = process.argv[2];
const { nodes, credentials } = require(join(packageDir, 'package.json')).n8n;

const start = performance.now();
for (const file of [...nodes, ...credentials]) {
	const className = basename(file).split('.')[0];
	new (require(join(packageDir, file))[className])();
}
console.log(JSON.stringify([performance.now() - start, workflow]));
