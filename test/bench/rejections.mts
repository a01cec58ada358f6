/**
 * `npm run bench:rejections`: what a forged delivery costs inside of the nodes, in a real n8n: the decision, with
 * its lines in the log, and then Node.js writing the answer. What n8n does around it is shown beside it, as the time
 * of a whole request.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { triggerUrl } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { forge, forgeries } from '../support/forgeries.mts';
import type { Forgery } from '../support/forgeries.mts';
import { parkedBatch } from '../support/parked.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

const WARM_UP = 100;
const COUNT = 300;

const folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-times-'));
const file = join(folder, 'times');
const preload = join(import.meta.dirname, 'timeWebhook.cjs');

async function published(stage: Stage, example: string): Promise<string> {
	const id = await stage.saveExample(example);
	await stage.api.publish(id);
	return await triggerUrl(stage, id);
}

/** Milliseconds that half of the values, or another share, lie below. */
function below(values: number[], share = 0.5): string {
	const sorted = [...values].sort((a, b) => a - b);
	return `${(sorted[Math.floor(sorted.length * share)] / 1000).toFixed(3)} ms`;
}

async function measure(target: string, url: string, forgery: Forgery): Promise<void> {
	for (let sent = 0; sent < WARM_UP; sent++) await forge(forgery, url);
	writeFileSync(file, '');
	const started = performance.now();
	for (let sent = 0; sent < COUNT; sent++) {
		const { status } = await forge(forgery, url);
		if (status !== 401) throw new Error(`${target} answered ${status} to ${forgery.what}`);
	}
	const whole = (performance.now() - started) / COUNT;
	const lines = readFileSync(file, 'utf8').trim().split('\n');
	const times = lines.map((line) => line.split(' ').map(Number));
	const deciding = times.map(([all, answering]) => all - answering);
	figures(`${forgery.what}, to ${target}`, {
		'to decide (median)': below(deciding),
		'(95 of 100)': below(deciding, 0.95),
		'with the answer (median)': below(times.map(([all]) => all)),
		'for the whole request in n8n': `${whole.toFixed(1)} ms`,
	});
}

const MEASURED = [
	'no signature',
	'a recording of an hour ago',
	'a body of 300 kB',
	'a random HMAC',
	'an Ed25519 signature with a random key',
	'eight signatures of both kinds',
];

writeFileSync(file, '');
const stage = await openStage({
	settings: { batchDurationMs: null },
	env: { NODE_OPTIONS: `--require ${preload}`, GEMINI_WEBHOOKS_TIMES: file },
});
try {
	const targets = {
		"a trigger for the project's jobs": await published(stage, '4-all-jobs-of-the-project.json'),
		'a trigger for jobs started from n8n': await published(stage, '3-when-a-batch-finishes.json'),
		'a waiting execution': (await parkedBatch(stage)).url,
	};
	for (const [target, url] of Object.entries(targets)) {
		for (const forgery of forgeries.all) {
			if (MEASURED.includes(forgery.what)) await measure(target, url, forgery);
		}
	}
} finally {
	await stage.close();
	rmSync(folder, { recursive: true, force: true });
}
