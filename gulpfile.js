const { execFile } = require('node:child_process');
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { promisify } = require('node:util');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const run = promisify(execFile);

const clean = () => rm('dist', { recursive: true, force: true });

/** The package's own code: readable tsc output, file by file. */
const compile = () =>
	run(process.execPath, [require.resolve('typescript/bin/tsc')]).catch((error) => {
		throw new Error(`TypeScript says:\n${error.stdout || error.message}`);
	});

/**
 * n8n's rules forbid timers, `globalThis` and `process` in a package's code. The bundled libraries get the few
 * pieces they need from here instead: timers on n8n's own `sleep`, and the web platform's fetch classes.
 */
const SHIM = `
import { sleep } from 'n8n-workflow';
let lastTimer = 0;
const waiting = new Set();
export const setTimeout = (callback, ms = 0, ...args) => {
	const timer = ++lastTimer;
	waiting.add(timer);
	void sleep(ms).then(() => {
		if (waiting.delete(timer)) callback(...args);
	});
	return timer;
};
export const clearTimeout = (timer) => { waiting.delete(timer); };
const platform = { fetch, Headers, Request, Response, AbortController };
export { platform as globalThis };
`;

/** The licence of every package that went into the bundle, as their terms ask for. */
async function licences({ inputs }) {
	const folders = Object.keys(inputs).flatMap(
		(file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
	);
	const texts = [...new Set(folders)].sort().map(async (folder) => {
		const { name, version, license } = require(`./${folder}/package.json`);
		const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
		const text = file ? await readFile(`${folder}/${file}`, 'utf8') : `License: ${license}`;
		return `${name} ${version}\n\n${text.trim()}\n`;
	});
	return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

/** Everything third-party in one file: @google/genai (web build) and jose, as nodes/shared/vendor.ts names them. */
async function vendor() {
	const shim = {
		name: 'shim',
		setup(build) {
			build.onResolve({ filter: /^platform-shim$/ }, () => ({
				path: 'platform-shim',
				namespace: 'shim',
			}));
			build.onLoad({ filter: /.*/, namespace: 'shim' }, () => ({
				contents: SHIM,
				resolveDir: __dirname,
			}));
		},
	};
	const { metafile } = await esbuild.build({
		entryPoints: ['nodes/shared/vendor.ts'],
		metafile: true,
		outfile: 'dist/nodes/shared/vendor.bundle.js',
		bundle: true,
		minify: true,
		platform: 'neutral',
		mainFields: ['module', 'main'],
		conditions: ['import'],
		format: 'cjs',
		target: 'node20',
		drop: ['console'],
		external: ['n8n-workflow'],
		inject: ['platform-shim'],
		plugins: [shim],
		legalComments: 'eof',
		logLevel: 'warning',
	});
	await writeFile('dist/nodes/shared/vendor.LICENSES.txt', await licences(metafile));
}

/**
 * Stands in for the compiled nodes/shared/vendor.ts and opens the bundle at its first use: reading half a megabyte
 * of code is two thirds of the time that n8n would take to load the nodes.
 */
async function vendorDoor() {
	const bundle = require.resolve('./dist/nodes/shared/vendor.bundle.js');
	const getters = Object.keys(require(bundle)).map(
		(name) => `\tget ${name}() {\n\t\treturn require('./vendor.bundle').${name};\n\t},\n`,
	);
	await writeFile('dist/nodes/shared/vendor.js', `module.exports = {\n${getters.join('')}};\n`);
}

/** Stands in for the compiled nodes/shared/lent.ts and looks for n8n's Redis client at its first use. */
const lentDoor = () =>
	writeFile(
		'dist/nodes/shared/lent.js',
		"module.exports = {\n\tget Redis() {\n\t\treturn require('ioredis').Redis;\n\t},\n};\n",
	);

/** What n8n reads beside the code: icons, codex files (search words, links) and output schemas. */
const assets = () =>
	src(['{nodes,credentials}/**/*.svg', 'nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'], {
		base: '.',
		encoding: false,
	}).pipe(dest('dist'));

exports.default = series(clean, compile, parallel(series(vendor, vendorDoor), lentDoor, assets));
