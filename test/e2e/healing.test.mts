/**
 * What may happen at Google, or to n8n, while a workflow is published, in a real n8n: 'Check Trigger' says what is
 * wrong, and 'Repair', or publishing anew, puts it in order. Proof is that the next job arrives.
 */
import { CheckedTrigger, wrongIn } from '../support/checkedTrigger.mts';
import { setStaticData, staticDataOf } from '../support/n8nDatabase.mts';
import { API_KEY, FOREIGN_KEY, NEW_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(90_000);

let stage: Stage;
let trigger: CheckedTrigger;

beforeAll(async () => {
	stage = await openStage();
	trigger = await CheckedTrigger.save(stage);
	await trigger.publish();
}, 300_000);
afterAll(async () => {
	await stage?.close();
});

test('a trigger that receives says so, and a test ping proves it from end to end', async () => {
	expect(await trigger.check({ sendPing: true })).toMatchObject({
		receives: true,
		reason: "Google reports the project's jobs to this trigger, and it accepts them",
		trigger: 'Job Ended',
		workflowId: trigger.id,
		workflowName: 'Healing',
		webhookId: trigger.webhooks[0].id,
	});
	await trigger.oneArrives();
});

const change = async (body: object) => await trigger.call('PATCH', trigger.webhooks[0].id, body);
const REVOKE = { revocation_behavior: 'revoke_previous_secrets_immediately' };

/** What happens, the check that finds it, and how a test makes it happen. */
const TROUBLES: Array<[string, string, () => Promise<void> | void]> = [
	[
		'the webhook was deleted at Google',
		'webhook',
		() => trigger.call('DELETE', trigger.webhooks[0].id),
	],
	['the webhook was disabled at Google', 'enabled', () => change({ state: 'disabled' })],
	['its events were changed', 'events', () => change({ subscribed_events: ['batch.failed'] })],
	[
		'the secret was renewed elsewhere',
		'signingSecret',
		() => trigger.call('POST', `${trigger.webhooks[0].id}:rotateSigningSecret`, REVOKE),
	],
	['the API key was replaced', 'signingSecret', () => trigger.useKey(NEW_KEY)],
	['the API key is one of another project', 'webhook', () => trigger.useKey(FOREIGN_KEY)],
];

describe.each(TROUBLES)('when %s', (_, wrong, cause) => {
	afterEach(async () => {
		if (trigger.apiKey === API_KEY) return;
		for (const { id } of trigger.webhooks) await trigger.call('DELETE', id);
		await trigger.useKey(API_KEY);
		expect(await trigger.check({ repair: true })).toMatchObject({ receives: true });
	});

	test("'Check Trigger' says so, and 'Repair' makes the next job arrive", async () => {
		await cause();
		const found = await trigger.check();
		expect(found).toMatchObject({ receives: false, repaired: false });
		expect(wrongIn(found)).toEqual([wrong]);
		expect(found.advice).toMatch(/publish.*'Repair'/);
		expect(await trigger.check({ repair: true })).toMatchObject({ receives: true, repaired: true });
		expect(trigger.webhooks).toHaveLength(1);
		await trigger.oneArrives();
	});

	test('publishing anew does, too', async () => {
		await cause();
		await trigger.republish();
		expect(trigger.webhooks).toHaveLength(1);
		expect(await trigger.check()).toMatchObject({ receives: true });
		await trigger.oneArrives();
	});
});

test("what n8n's static data has lost is put back by the process that has seen it, and else by 'Repair'", async () => {
	const stored = () => staticDataOf(stage.n8n, trigger.id)['node:Job Ended'];
	const { webhookId, sealedSecret } = stored();
	setStaticData(stage.n8n, trigger.id, {});
	expect(await trigger.check()).toMatchObject({ receives: true, repaired: false });
	expect(stored()).toMatchObject({ webhookId, sealedSecret });

	await stage.n8n.kill();
	setStaticData(stage.n8n, trigger.id, {});
	await stage.n8n.restart();
	const found = await trigger.check();
	expect(found).toMatchObject({ receives: false, repaired: false });
	expect(wrongIn(found)).toEqual(['signingSecret']);
	expect(await trigger.check({ repair: true })).toMatchObject({ receives: true, repaired: true });
	expect(stored().webhookId).toBe(webhookId);
	await trigger.oneArrives();
});

test('a workflow that is not published says so, and what to do', async () => {
	await stage.api.unpublish(trigger.id);
	expect(await trigger.check({ repair: true })).toMatchObject({
		receives: false,
		reason: 'No published workflow listens at the Production URL',
		advice: expect.stringMatching(/^Publish the trigger's workflow/),
	});
	expect(trigger.webhooks).toEqual([]);
});
