import { apiKey, publicAddress, published } from './access';
import type { TriggerView } from './askTrigger';
import type { Facts } from './facts';
import { bad, good, lengthOf, type Finding } from './findings';
import { enabled, events, notCalled, otherWebhooks, signingSecret, webhookOf } from './webhook';

function publicKeys({ publicKeys: canBeHad }: TriggerView): Finding {
	return canBeHad
		? good('publicKeys', "Google's public keys are at hand")
		: bad(
				'publicKeys',
				"The trigger's n8n cannot read Google's public keys, without which no delivery is accepted",
				"Let it connect to the Base URL's host; a proxy there has to pass '/.well-known/' on.",
			);
}

function deliveries({ proven, provenAgo, rejected, rejectedAgo, ...view }: TriggerView): Finding {
	const about = { check: 'deliveries' as const, isAside: true };
	const turnedAway = `${rejected} turned away, the last one ${lengthOf(rejectedAgo ?? 0)} ago: ${view.rejectedReason}`;
	const since = `in the ${lengthOf(view.countedFor)} that the process which answered has been running`;
	if (provenAgo !== null) {
		const accepted = `${proven} proven, the last one ${lengthOf(provenAgo)} ago`;
		const both = rejected > 0 ? `${accepted}; ${turnedAway}` : accepted;
		return { ...about, ok: true, detail: `Deliveries ${since}: ${both}` };
	}
	return {
		...about,
		ok: null,
		detail: `Deliveries ${since}: ${rejected > 0 ? `none proven; ${turnedAway}` : 'none'}`,
	};
}

/** What is to be said about a trigger that has answered. */
function ofTrigger(facts: Facts, view: TriggerView): Finding[] {
	const { webhooks, url } = facts;
	if (view.listenTo === 'requests') return [publicKeys(view), ...otherWebhooks(facts, undefined)];
	if (!Array.isArray(webhooks)) return [];
	const found = webhookOf(view, webhooks, url);
	const wrong = notCalled(view, webhooks, url);
	return [
		wrong ?? good('webhook', `Google's webhook ${String(found?.id)} calls the Production URL`),
		...(found ? [enabled(found), events(found, view), signingSecret(found, view)] : []),
		...otherWebhooks(facts, found),
	];
}

/** All findings about one trigger, in the order in which they are to be put right. */
export function judge(facts: Facts): Finding[] {
	const { asked } = facts;
	return [
		publicAddress(facts),
		published(facts),
		apiKey(facts),
		...(asked.kind === 'answered'
			? [...ofTrigger(facts, asked.view), deliveries(asked.view)]
			: otherWebhooks(facts, undefined)),
	];
}
