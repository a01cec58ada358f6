/**
 * n8n keeps what all triggers of a workflow remember in one piece, and each poll of a polling trigger writes back the
 * whole of it as it was when that trigger was started: also a signing secret that was replaced since.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CheckedTrigger } from '../support/checkedTrigger.mts';
import { eventually } from '../support/http.mts';
import { staticDataOf } from '../support/n8nDatabase.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { node } from '../support/workflowParts.mts';

jest.setTimeout(240_000);

let stage: Stage;
let feed: http.Server;
let trigger: CheckedTrigger;

/** A feed with something new at each look. */
function newFeed(): http.Server {
	return http.createServer((_request, response) => {
		const now = new Date().toUTCString();
		response
			.setHeader('content-type', 'application/rss+xml')
			.end(
				`<rss version="2.0"><channel><title>News</title><item><title>${now}</title><pubDate>${now}</pubDate></item></channel></rss>`,
			);
	});
}

beforeAll(async () => {
	stage = await openStage();
	feed = newFeed();
	await new Promise<void>((done) => feed.listen(0, '127.0.0.1', done));
	trigger = await CheckedTrigger.save(stage);
	const { port } = feed.address() as AddressInfo;
	await trigger.change(({ nodes }) => {
		nodes.push(
			node('News', 'rssFeedReadTrigger', 1, {
				pollTimes: { item: [{ mode: 'custom', cronExpression: '0 * * * * *' }] },
				feedUrl: `http://127.0.0.1:${port}/`,
			}),
		);
	});
	await trigger.publish();
}, 300_000);

afterAll(async () => {
	await stage?.close();
	feed?.close();
});

const remembered = () => staticDataOf(stage.n8n, trigger.id);
const secretAtRest = () => remembered()['node:Job Ended']?.sealedSecret;

test('a secret that was replaced', async () => {
	await trigger.oneArrives();
	const first = secretAtRest();
	await trigger.call('POST', `${trigger.webhooks[0].id}:rotateSigningSecret`, {
		revocation_behavior: 'revoke_previous_secrets_immediately',
	});
	expect(await trigger.check({ repair: true })).toMatchObject({ receives: true, repaired: true });
	const second = secretAtRest();
	expect(second).not.toBe(first);
	await eventually(() => secretAtRest() === first, { timeoutMs: 70_000 });
	await trigger.oneArrives();
	await eventually(() => secretAtRest() === second);
	// Also for the next process.
	await stage.n8n.restart();
	await trigger.oneArrives();
});
