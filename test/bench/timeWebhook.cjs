/**
 * Preloaded into n8n by the benchmark of rejections: takes the time of each call of the package's `receive` and
 * `resume`, which is all that the package does for a delivery. Goes to the file that GEMINI_WEBHOOKS_TIMES names, a
 * line for each call: microseconds in all, and those of them in which Node.js wrote the answer.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const file = process.env.GEMINI_WEBHOOKS_TIMES;
const load = Module._load;

const microseconds = () => Number(process.hrtime.bigint()) / 1000;

let answering = 0;

const wraps = {
	unauthorized:
		(work) =>
		(...args) => {
			const before = microseconds();
			const result = work(...args);
			answering += microseconds() - before;
			return result;
		},
	receive: timed,
	resume: timed,
};

function timed(work) {
	return async function (...args) {
		const before = microseconds();
		answering = 0;
		try {
			return await work.apply(this, args);
		} finally {
			appendFileSync(file, `${(microseconds() - before).toFixed(1)} ${answering.toFixed(1)}\n`);
		}
	};
}

const done = new WeakSet();
Module._load = function (request, ...rest) {
	const loaded = load.call(this, request, ...rest);
	const name = { receive: 'receive', resume: 'resume', reply: 'unauthorized' }[
		/\/(receive|resume|reply)$/.exec(request)?.[1]
	];
	if (file && name && typeof loaded?.[name] === 'function' && !done.has(loaded)) {
		done.add(loaded);
		loaded[name] = wraps[name](loaded[name]);
	}
	return loaded;
};
