import { createRequire } from 'node:module';
import { DataDeduplicationService, InstanceSettings } from 'n8n-core';
import type {
	DeduplicationItemTypes,
	DeduplicationScope,
	ICheckProcessedContextData,
	ICheckProcessedOptions,
	IDataDeduplicator,
	IDeduplicationOutput,
} from 'n8n-workflow';

/*
 * What n8n's server puts around its engine, as far as the nodes can notice it: a log, the settings of the
 * instance, and a store for what was seen before.
 */

interface Container {
	get(id: unknown): unknown;
	set(id: unknown, instance: unknown): void;
}

// The very copies that n8n-core uses, wherever npm has put them.
const here = createRequire(import.meta.filename);
const fromCore = createRequire(here.resolve('n8n-core'));
export const { Container } = fromCore('@n8n/di') as { Container: Container };
const { Logger } = fromCore('@n8n/backend-common') as { Logger: unknown };

export interface LogLine {
	level: string;
	message: string;
	meta: Record<string, unknown>;
}

/** Everything the nodes and the engine wrote to n8n's log, oldest first. */
export const logLines: LogLine[] = [];

const write =
	(level: string) =>
	(message: string, meta: Record<string, unknown> = {}): void => {
		logLines.push({ level, message, meta });
	};
const logger: object = {
	error: write('error'),
	warn: write('warn'),
	info: write('info'),
	debug: write('debug'),
	scoped: () => logger,
};

Container.set(Logger, logger);
// The real one would write a settings file into the user's home.
Container.set(InstanceSettings, {
	instanceId: 'test-instance',
	hmacSignatureSecret: 'test-secret',
	n8nFolder: '',
	isDocker: false,
});

/** n8n's table `processed_data` in memory: for each workflow, or node of one, what it noted, oldest first. */
export const processedData = {
	noted: new Map<string, DeduplicationItemTypes[]>(),
	/** Thrown by the next calls, one each. */
	failures: [] as Error[],
	/** Thrown by the next calls after they have written, one each. */
	lostAnswers: [] as Error[],
};

/** The database stays away for longer than the package tries to reach it, once. */
export function databaseGoesAway(): void {
	for (let time = 0; time < 6; time++) processedData.failures.push(new Error('No database'));
}

function notedBy(
	scope: DeduplicationScope,
	{ workflow, node }: ICheckProcessedContextData,
): DeduplicationItemTypes[] {
	const key = scope === 'node' ? `${workflow.id}:${node?.id}` : String(workflow.id);
	const noted = processedData.noted.get(key) ?? [];
	processedData.noted.set(key, noted);
	return noted;
}

/** Reads, thinks and writes without a lock, as n8n's own does: calls that overlap lose records. */
async function rewrite(
	scope: DeduplicationScope,
	context: ICheckProcessedContextData,
	change: (before: DeduplicationItemTypes[]) => DeduplicationItemTypes[],
): Promise<DeduplicationItemTypes[]> {
	const failure = processedData.failures.shift();
	if (failure) throw failure;
	const before = [...notedBy(scope, context)];
	await new Promise((resolve) => setTimeout(resolve, 2));
	const noted = notedBy(scope, context);
	noted.splice(0, noted.length, ...change(before));
	const lost = processedData.lostAnswers.shift();
	if (lost) throw lost;
	return before;
}

const store: IDataDeduplicator = {
	async checkProcessedAndRecord(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		context: ICheckProcessedContextData,
		{ maxEntries = Infinity }: ICheckProcessedOptions,
	): Promise<IDeduplicationOutput> {
		let fresh: DeduplicationItemTypes[] = [];
		const before = await rewrite(scope, context, (noted) => {
			fresh = items.filter((item) => !noted.includes(item));
			return [...noted, ...fresh].slice(-maxEntries);
		});
		return { new: fresh, processed: items.filter((item) => before.includes(item)) };
	},
	async removeProcessed(items, scope, context): Promise<void> {
		await rewrite(scope, context, (noted) => noted.filter((item) => !items.includes(item)));
	},
	clearAllProcessedItems: () => Promise.resolve(),
	getProcessedDataCount: (scope, context) => Promise.resolve(notedBy(scope, context).length),
};

void DataDeduplicationService.init(store);
