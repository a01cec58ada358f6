import { startEmulator } from '../emulator/index.mts';
import type { Emulator, Settings } from '../emulator/index.mts';
import { startCounter } from './counter.mts';
import type { Counter } from './counter.mts';
import { CREDENTIAL_TYPE, fitIn } from './examples.mts';
import { eventually } from './http.mts';
import { N8nApi } from './n8nApi.mts';
import { REDIS_URL, startCluster } from './n8nCluster.mts';
import type { Cluster, ClusterOptions } from './n8nCluster.mts';
import type { Credential, ExecutionStatus, WorkflowDefinition } from './n8nTypes.mts';
import type { PostgresClient } from './postgres.mts';
import { API_KEY } from './stage.mts';

export const REDIS_CREDENTIAL_TYPE = 'geminiWebhooksRedisApi';

/** n8n in queue mode with the package, a local Gemini API, credentials, and a counter of what workflows do. */
export interface QueueStage {
	emulator: Emulator;
	cluster: Cluster;
	/** Of the main. */
	api: N8nApi;
	counter: Counter;
	/** Saves and publishes a workflow with this stage's credentials; returns its id. */
	publish(workflow: WorkflowDefinition, redis?: Credential): Promise<string>;
	/** Takes out of service what `publish` put there, as far as it is still there. */
	unpublishAll(): Promise<void>;
	/** A credential for the Redis that processes note deliveries in. */
	redisCredential(url: string): Promise<Credential>;
	/** How many executions of a workflow there are in each status. */
	executions(workflowId: string): Promise<Partial<Record<ExecutionStatus, number>>>;
	/** Waits until every execution of a workflow is over or parked; returns how many there are in each status. */
	settled(
		workflowId: string,
		timeoutMs?: number,
	): Promise<Partial<Record<ExecutionStatus, number>>>;
	close(): Promise<void>;
}

interface QueueStageOptions extends ClusterOptions {
	settings?: Partial<Settings>;
}

export async function openQueueStage({
	settings,
	...options
}: QueueStageOptions = {}): Promise<QueueStage> {
	const cluster = await startCluster(options);
	const emulator = await startEmulator({ apiKeys: [API_KEY], settings });
	const counter = await startCounter();
	const database = await cluster.connectDatabase();
	const api = await N8nApi.connect(cluster.main.url);
	const gemini = await api.createCredential(CREDENTIAL_TYPE, {
		apiKey: API_KEY,
		baseUrl: emulator.url,
		apiVersion: 'v1beta',
	});
	const redisCredential = async (url: string) => {
		const { hostname, port, username, password, pathname } = new URL(url);
		return await api.createCredential(REDIS_CREDENTIAL_TYPE, {
			host: hostname,
			port: Number(port || 6379),
			username: decodeURIComponent(username),
			password: decodeURIComponent(password),
			database: Number(pathname.slice(1) || 0),
			tls: false,
			keyPrefix: `${cluster.redisPrefix}:seen`,
		});
	};
	const shared = await redisCredential(options.redis ?? REDIS_URL);
	const published: string[] = [];
	const executions = async (workflowId: string) => await countExecutions(database, workflowId);
	return {
		emulator,
		cluster,
		api,
		counter,
		redisCredential,
		executions,
		async publish(workflow, redis = shared) {
			const { id } = await api.createWorkflow(fitIn(workflow, [gemini, redis], cluster.url));
			published.push(id);
			await api.publish(id);
			return id;
		},
		async unpublishAll() {
			for (const id of published.splice(0)) {
				const { activeVersionId } = await api.workflow(id);
				if (activeVersionId) await api.unpublish(id);
			}
		},
		async settled(workflowId, timeoutMs = 60_000) {
			return await eventually(
				async () => {
					const counts = await executions(workflowId);
					return counts.new || counts.running ? undefined : counts;
				},
				{ timeoutMs },
			);
		},
		async close() {
			await database.end();
			await cluster.stop();
			await emulator.close();
			await counter.close();
		},
	};
}

async function countExecutions(database: PostgresClient, workflowId: string) {
	const { rows } = await database.query<{ status: ExecutionStatus; count: string }>(
		'SELECT status, count(*) FROM execution_entity WHERE "workflowId" = $1 GROUP BY status',
		[workflowId],
	);
	return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)])) as Partial<
		Record<ExecutionStatus, number>
	>;
}

/** The same address at another process: what a load balancer would make of it. */
export function at(process: { url: string }, address: string): string {
	const { pathname, search } = new URL(address);
	return `${process.url}${pathname}${search}`;
}
