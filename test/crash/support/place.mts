import type { Emulator } from '../../emulator/index.mts';
import type { N8nApi } from '../../support/n8nApi.mts';
import type { Credential, WorkflowDefinition } from '../../support/n8nTypes.mts';
import type { QueueStage } from '../../support/queueStage.mts';
import type { Stage } from '../../support/stage.mts';

/** An n8n of one process or of several, with a local Gemini API. */
export interface Place {
	emulator: Emulator;
	api: N8nApi;
	/** Where webhooks are called, without a slash at the end. */
	url: string;
	/** Everything that all processes wrote so far. */
	readonly logs: string;
	/** Saves and publishes a workflow; returns its id. */
	publish(workflow: WorkflowDefinition): Promise<string>;
}

export function placeOf({ emulator, api, n8n, save }: Stage): Place {
	return {
		...{ emulator, api, url: n8n.url },
		get logs() {
			return n8n.logs;
		},
		async publish(workflow) {
			const id = await save(workflow);
			await api.publish(id);
			return id;
		},
	};
}

/** @param redis where nodes note what they have seen, if they are to use Redis */
export function placeOfCluster(
	{ emulator, api, cluster, publish }: QueueStage,
	redis?: Credential,
): Place {
	const { main, processors, workers, url } = cluster;
	return {
		...{ emulator, api, url },
		get logs() {
			return [main, ...processors, ...workers].map(({ logs }) => logs).join('');
		},
		publish: async (workflow) => await publish(workflow, redis),
	};
}
