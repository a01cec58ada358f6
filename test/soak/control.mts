import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './account.mts';
import { growth } from './memory.mts';
import type { SoakOptions } from './options.mts';
import { openControl } from './place.mts';
import { memoryCheck } from './report.mts';

/** Executions for each thing that is begun in the real traffic, about. */
const EXECUTIONS_PER_DEED = 2;

/** The same load on n8n's own Webhook node: how much of a growth is n8n's. */
export async function soakControl({ minutes, rate, seed }: SoakOptions): Promise<Outcome> {
	const place = await openControl();
	try {
		const end = Date.now() + minutes * 60_000;
		let sent = 0;
		const post = async () => {
			sent += 1;
			await fetch(`${place.n8n.url}/webhook/control`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ jobId: randomUUID() }),
			});
		};
		place.memory.start();
		while (Date.now() < end) {
			void post();
			await sleep((Math.random() * 2000) / rate / EXECUTIONS_PER_DEED);
		}
		await place.memory.stop();
		const { samples } = place.memory;
		const came = place.effects.list.length;
		const what = `n8n's own Webhook node for ${minutes} minutes, ${sent} calls, ${came} executions, seed ${seed}`;
		return { checks: [memoryCheck(what, growth(samples))], evidence: { memory: samples } };
	} finally {
		await place.close();
	}
}
