import type { Delivery } from '../emulator/deliveries.mts';
import { eventually } from './http.mts';
import { at } from './queueStage.mts';
import type { QueueStage } from './queueStage.mts';

/** The waiting execution that a delivery is for. */
export const executionOf = ({ url }: Pick<Delivery, 'url'>): string =>
	/\/webhook-waiting\/([^/?]+)/.exec(url)![1];

/** Calls a workflow's Webhook node `count` times and waits until each of its executions is parked. */
export async function park(
	stage: QueueStage,
	{ workflowId, path, count, body = {} }: ParkingOrder,
): Promise<void> {
	const { cluster, executions } = stage;
	const before = (await executions(workflowId)).waiting ?? 0;
	const calls = Array.from({ length: count }, async () => {
		const { status } = await fetch(`${cluster.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		if (status !== 200) throw new Error(`/webhook/${path} answered ${status}`);
	});
	await Promise.all(calls);
	await eventually(async () => (await executions(workflowId)).waiting === before + count, {
		timeoutMs: 120_000,
		intervalMs: 200,
	});
}

interface ParkingOrder {
	workflowId: string;
	/** Of the Webhook node. */
	path: string;
	count: number;
	/** What its calls bring. */
	body?: unknown;
}

/** Ends all jobs that run, without a delivery; returns what Google would now deliver. */
export function endSilently({ emulator }: QueueStage): Delivery[] {
	emulator.settings.deliveryFault = 'never';
	const before = emulator.deliveries.length;
	endAll({ emulator });
	return emulator.deliveries.slice(before);
}

const OPEN = ['in_progress', 'BATCH_STATE_PENDING', 'BATCH_STATE_RUNNING'];

/** Ends jobs that run, the first `most` of them; Google delivers at once, and again until it is taken. */
export function endAll(
	{ emulator }: Pick<QueueStage, 'emulator'>,
	most = Number.POSITIVE_INFINITY,
): void {
	const open = emulator.jobs
		.list()
		.filter(({ state }) => OPEN.includes(state))
		.slice(0, most);
	for (const { name } of open) emulator.jobs.complete(name);
}

/** What each process answered to one delivery, brought to all processors at once, `copies` times to each. */
export async function deliverToAll(
	{ cluster, emulator }: QueueStage,
	{ id, url }: Delivery,
	copies = 1,
): Promise<Array<number | null>> {
	const targets = Array.from({ length: copies }, () => cluster.processors).flat();
	const attempts = await Promise.all(
		targets.map(async (target) => await emulator.redeliver(id, { url: at(target, url) })),
	);
	return attempts.map(({ status }) => status);
}

/** Does `work` for each, at most `width` at a time. */
export async function each<T>(
	list: T[],
	width: number,
	work: (one: T, index: number) => Promise<void>,
): Promise<void> {
	const entries = list.entries();
	const lane = async () => {
		for (const [index, one] of entries) await work(one, index);
	};
	await Promise.all(Array.from({ length: width }, lane));
}
