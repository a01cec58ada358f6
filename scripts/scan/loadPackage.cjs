/**
 * Prints how many milliseconds it takes to load all nodes and credentials of a package:
 * `node loadPackage.cjs <unpacked package>`. n8n-workflow is not counted, n8n has loaded it already.
 */
const { basename, join } = require('node:path');
require('n8n-workflow');

const packageDir = process.argv[2];
const { nodes, credentials } = require(join(packageDir, 'package.json')).n8n;

const start = performance.now();
for (const file of [...nodes, ...credentials]) {
	const className = basename(file).split('.')[0];
	new (require(join(packageDir, file))[className])();
}
console.log(performance.now() - start);
