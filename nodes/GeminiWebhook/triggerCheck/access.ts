import { HOW_TO_BE_CALLABLE } from '../../shared/publicUrl';
import type { Facts } from './facts';
import { bad, good, type Finding } from './findings';

export function publicAddress({ obstacle }: Facts): Finding {
	return obstacle
		? bad('publicAddress', `The Production URL ${obstacle}`, HOW_TO_BE_CALLABLE)
		: good('publicAddress', 'The Production URL is one that Google can call');
}

export function published({ asked, address }: Facts): Finding {
	switch (asked.kind) {
		case 'answered':
			return good('published', 'The published workflow listens at the Production URL');
		case 'notPublished':
			return bad(
				'published',
				'No published workflow listens at the Production URL',
				"Publish the trigger's workflow. If it is published already, unpublish it and publish it again.",
			);
		case 'otherAddress':
			return bad(
				'published',
				`The URL does not lead to this n8n, whose address is ${address}`,
				"Copy the Production URL from the trigger's 'Webhook URLs' again. To check a trigger of another n8n, run this node there.",
			);
		case 'noTrigger':
			return bad(
				'published',
				'The URL is not the Production URL of a Gemini Webhook Trigger',
				"Copy the Production URL from the trigger's 'Webhook URLs'; it ends in '/webhook'.",
			);
		case 'refused':
			return bad(
				'published',
				'What listens at the Production URL does not know the API key of this node',
				"Choose the trigger's credential in this node. If it is the same one, another workflow may have taken the URL, or a process of this n8n may still run an older version of the package: restart it.",
			);
		case 'undecided':
			return {
				check: 'published',
				ok: null,
				detail:
					"The trigger answered that it cannot decide anything now: its credential, or n8n's database, cannot be read",
				advice:
					"See n8n's log: the line 'Gemini Webhook Trigger did not accept a delivery' says why. If the trigger's credential was deleted or cannot be decrypted, choose another one in the trigger and publish its workflow.",
			};
		case 'unclear':
			return {
				check: 'published',
				ok: null,
				detail: `HTTP ${asked.status} came back from the Production URL, which says neither yes nor no`,
				advice: 'See what stands in front of this n8n: a proxy, a login page, a firewall.',
			};
		case 'unreachable':
			return {
				check: 'published',
				ok: null,
				detail: `This n8n cannot reach its own public address: ${asked.message}`,
				advice:
					'Google may reach it all the same. Let this n8n call its own address, so that this can be checked.',
			};
	}
}

export function apiKey({ webhooks }: Facts): Finding {
	if (Array.isArray(webhooks)) return good('apiKey', 'Google accepts the API key');
	const { message, description } = webhooks;
	return { check: 'apiKey', ok: false, detail: message, advice: description ?? undefined };
}
