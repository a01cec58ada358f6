/** n8n in queue mode, as the other tests of this folder use it. */
import { startCluster } from '../support/n8nCluster.mts';
import type { Cluster } from '../support/n8nCluster.mts';

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
}, 300_000);
afterAll(async () => {
	await cluster?.stop();
}, 60_000);

test('every process runs', async () => {
	const { main, processors, workers } = cluster;
	for (const { url } of [main, ...processors, ...workers]) {
		expect((await fetch(`${url}/healthz/readiness`)).status).toBe(200);
	}
});
