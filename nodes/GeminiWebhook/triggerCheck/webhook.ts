import { CURRENT_EVENTS } from '../../shared/gemini/webhookEvents';
import { shownSecrets, standing } from '../../shared/gemini/shownSecrets';
import { ownPath, type ProjectWebhook } from '../../shared/gemini/webhooks';
import type { TriggerView } from './askTrigger';
import type { Facts } from './facts';
import { bad, good, type Finding } from './findings';

const REPUBLISH =
	"Unpublish the trigger's workflow and publish it again, or switch on 'Repair' in this node.";

/** The webhook that calls the trigger, or that should. */
export function webhookOf(
	{ webhookId, listenTo }: TriggerView,
	webhooks: ProjectWebhook[],
	url: string,
): ProjectWebhook | undefined {
	const remembered = webhooks.find(({ id }) => id === webhookId);
	if (listenTo === 'existing') return remembered;
	return remembered ?? webhooks.find(({ uri }) => uri === url);
}

export function notCalled(
	view: TriggerView,
	webhooks: ProjectWebhook[],
	url: string,
): Finding | undefined {
	const { listenTo, webhookId } = view;
	const advice =
		listenTo === 'existing'
			? "Change the webhook with this node's 'Update', or choose another one in the trigger."
			: REPUBLISH;
	const found = webhookOf(view, webhooks, url);
	const former = webhooks.find(({ uri }) => uri !== url && ownPath(uri) === ownPath(url));
	if (!found && former) {
		return bad('webhook', `Google calls ${former.uri}, where this n8n was before`, advice);
	}
	if (!found) {
		const which = webhookId ? `the webhook ${webhookId}` : 'a webhook with the Production URL';
		return bad('webhook', `Google does not have ${which} any more, or never had it`, advice);
	}
	if (webhookId && found.id !== webhookId) {
		const detail = `The webhook ${found.id} is not the one that the trigger has registered`;
		return bad('webhook', detail, advice);
	}
	if (found.uri !== url) {
		return bad('webhook', `The webhook ${found.id} calls ${found.uri} instead`, advice);
	}
	return undefined;
}

export function enabled({ id, state }: ProjectWebhook): Finding {
	if (state === 'enabled') return good('enabled', `The webhook ${id} is switched on`);
	const who = state === 'disabled' ? 'Somebody' : 'Google, after deliveries that failed,';
	return bad('enabled', `${who} has switched off the webhook ${id}`, REPUBLISH);
}

export function events({ id, events: sent }: ProjectWebhook, view: TriggerView): Finding {
	const missing = view.events.filter(
		(event) => CURRENT_EVENTS.includes(event) && !sent.includes(event),
	);
	if (missing.length === 0)
		return good('events', 'Google sends all events that the trigger waits for');
	return bad(
		'events',
		`Google does not send these events to the webhook ${id}: ${missing.join(', ')}`,
		view.listenTo === 'existing' ? "Add them with this node's 'Update'." : REPUBLISH,
	);
}

export function signingSecret(webhook: ProjectWebhook, view: TriggerView): Finding {
	const isExisting = view.listenTo === 'existing';
	const advice = isExisting
		? "Put the webhook's current secret into the trigger's credential 'Gemini Webhook Signing Secret API'. If nobody has it, use this node's 'Rotate Signing Secret'."
		: REPUBLISH;
	if (view.secret === 'missing') {
		const where = isExisting ? "The trigger's credential holds" : 'The trigger has';
		return bad('signingSecret', `${where} no usable signing secret`, advice);
	}
	if (view.secret === 'unreadable') {
		return bad(
			'signingSecret',
			'The API key was replaced: the stored signing secret can only be opened with the former one',
			advice,
		);
	}
	const found = standing(webhook, view.secretEnds);
	if (found === 'foreign') {
		return bad(
			'signingSecret',
			'The signing secret was renewed elsewhere: Google signs with one that the trigger does not have',
			advice,
		);
	}
	if (found !== 'expiring') {
		return good('signingSecret', 'The trigger has the secret that Google signs with');
	}
	const own = shownSecrets(webhook).find(({ end }) => view.secretEnds.includes(end));
	const detail = `The signing secret was renewed elsewhere: Google signs with the trigger's until ${String(own?.expiresAt)} only`;
	return { ...bad('signingSecret', detail, advice), isAside: true };
}

export function otherWebhooks(facts: Facts, called: ProjectWebhook | undefined): Finding[] {
	const { webhooks, url, asked } = facts;
	if (!Array.isArray(webhooks)) return [];
	const others = webhooks.filter(
		({ id, uri }) => id !== called?.id && ownPath(uri) === ownPath(url),
	);
	if (others.length === 0) return [];
	const listed = others.map(({ id, uri }) => `${id} (${uri})`).join(', ');
	const advice =
		asked.kind === 'answered'
			? "What has the Production URL is removed by 'Repair', what leads to an old address by 'Clean Up'."
			: "'Clean Up' removes them, if the trigger is not to be published again.";
	return [{ ...bad('otherWebhooks', `Google also calls: ${listed}`, advice), isAside: true }];
}
