/**
 * Preloaded into n8n by the benchmark of rejections: takes the time of every call of the package's own `receive`
 * and `resume`, and nothing of n8n's, and writes it to the file in GEMINI_WEBHOOKS_TIMES, a line of microseconds each.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const file = process.env.GEMINI_WEBHOOKS_TIMES;

/** A function of the package, timed. */
function timed(work) {
	return async function (...args) {
		const started = process.hrtime.bigint();
		try {
			return await work.apply(this, args);
		} finally {
			const microseconds = Number(process.hrtime.bigint() - started) / 1000;
			appendFileSync(file, `${microseconds.toFixed(1)}\n`);
		}
	};
}

const load = Module._load;
Module._load = function (request, ...rest) {
	const loaded = load.call(this, request, ...rest);
	for (const name of ['receive', 'resume']) {
		const isOurs = file && new RegExp(`\\./(jobs/)?${name}$`).test(request);
		if (isOurs && typeof loaded?.[name] === 'function' && !loaded[name].isTimed) {
			loaded[name] = Object.assign(timed(loaded[name]), { isTimed: true });
		}
	}
	return loaded;
};
