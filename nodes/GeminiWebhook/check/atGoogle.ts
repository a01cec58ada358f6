import { CURRENT_EVENTS } from '../../shared/gemini/webhookEvents';
import type { ProjectWebhook } from '../../shared/gemini/webhooks';
import type { TriggerStatus } from '../../shared/inbound/statusQuestion';
import { nameAndId } from '../item';
import { right, unclear, wrong, type Check } from './findings';

const REPUBLISH = "Unpublish the trigger's workflow and publish it again.";

const SECRET = 'signingSecret';

function secretCheck(webhook: ProjectWebhook, { secretEnds, listenTo }: TriggerStatus): Check {
	const mend =
		listenTo === 'existing'
			? "Put the webhook's current secret into the credential 'Gemini Webhook Signing Secret API'. If nobody has it, 'Rotate Signing Secret' makes a new one."
			: REPUBLISH;
	if (secretEnds.length === 0)
		return wrong(SECRET, 'The trigger holds no signing secret that its API key opens', mend);
	const ends = ({ truncated }: { truncated: string }) => truncated.slice(-4);
	const isHeld = (secret: { truncated: string }) => secretEnds.includes(ends(secret));
	const current = webhook.secrets.filter(({ expiresAt }) => expiresAt === null);
	if (webhook.secrets.length === 0)
		return unclear(SECRET, 'Google does not show which signing secret it uses', mend);
	if (current.length === 0 ? webhook.secrets.some(isHeld) : current.some(isHeld))
		return right(SECRET, 'The trigger holds the signing secret that Google uses');
	const ending = webhook.secrets.find(isHeld);
	return ending
		? wrong(
				SECRET,
				`The signing secret was rotated, and the trigger holds the previous one, which ends at ${ending.expiresAt}`,
				mend,
			)
		: wrong(SECRET, 'Google uses another signing secret than the one the trigger holds', mend);
}

function eventsCheck({ events }: ProjectWebhook, status: TriggerStatus): Check {
	const known: readonly string[] = CURRENT_EVENTS;
	const missing = status.events.filter((event) => known.includes(event) && !events.includes(event));
	if (missing.length === 0) return right('events', 'Google sends the chosen events');
	return wrong(
		'events',
		`Google does not send these chosen events: ${missing.join(', ')}`,
		status.listenTo === 'existing'
			? "Add them to the webhook with 'Update', or take them out of the trigger's 'Events'."
			: REPUBLISH,
	);
}

function stateCheck({ state }: ProjectWebhook): Check {
	if (state === 'enabled') return right('enabled', 'The webhook is enabled');
	return wrong(
		'enabled',
		state === 'disabled_due_to_failed_deliveries'
			? 'Google has disabled the webhook after deliveries that failed'
			: `The webhook is off ('${state}')`,
		"Switch it on with 'Enable'. 'Reconcile' finds the jobs that were missed.",
	);
}

/**
 * Compares the webhook at Google with what the trigger says of itself.
 *
 * @param webhooks all of the project
 * @param url the trigger's Production URL
 * @returns the webhook, if there is one to speak of, and what was found about it
 */
export function checkAtGoogle(
	webhooks: ProjectWebhook[],
	url: string,
	status: TriggerStatus,
): { webhook?: ProjectWebhook; checks: Check[] } {
	const webhook =
		webhooks.find(({ uri }) => uri === url) ?? webhooks.find(({ id }) => id === status.webhookId);
	if (!webhook) {
		return {
			checks: [
				wrong(
					'webhook',
					'The Google project has no webhook that calls this trigger',
					status.listenTo === 'existing'
						? "Make one with 'Create' and choose it in the trigger."
						: REPUBLISH,
				),
			],
		};
	}
	const calls =
		webhook.uri === url
			? right('webhook', `The webhook ${nameAndId(webhook)} calls this trigger`)
			: wrong(
					'webhook',
					`The webhook ${nameAndId(webhook)} calls another address: ${webhook.uri}`,
					status.listenTo === 'existing' ? "Change its URL with 'Update'." : REPUBLISH,
				);
	return {
		webhook,
		checks: [
			calls,
			stateCheck(webhook),
			eventsCheck(webhook, status),
			secretCheck(webhook, status),
		],
	};
}
