import {
	sleep,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { fieldText } from '../../../shared/fieldText';
import { GeminiClient } from '../../../shared/gemini/client';
import { keySetUrl } from '../../../shared/gemini/connection';
import { listWebhooks, pingWebhook, type ProjectWebhook } from '../../../shared/gemini/webhooks';
import { canVerify } from '../../../shared/inbound/prove';
import type { TriggerStatus } from '../../../shared/inbound/statusQuestion';
import { resumeUrl } from '../../../shared/jobs/park';
import { refuse } from '../../../shared/objection';
import { HOW_TO_BE_CALLABLE, whyNotCallable } from '../../../shared/publicUrl';
import { askTrigger } from '../../check/askTrigger';
import { checkAtGoogle } from '../../check/atGoogle';
import { right, unclear, verdict, wrong, type Check } from '../../check/findings';
import { isOwnUrl, ownAddress } from '../../ownAddress';

const WHAT_IT_DOES =
	"Asks the trigger and Google whether finished jobs will arrive, and says what to change if not. Starts no workflow. Needs the trigger's own API key as credential.";

const properties: INodeProperties[] = [
	{ displayName: WHAT_IT_DOES, name: 'checkNotice', type: 'notice', default: '' },
	{
		displayName: "Trigger's Production URL",
		name: 'triggerUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
		description: 'Copy it from "Webhook URLs" of the Gemini Webhook Trigger',
	},
	{
		displayName: 'Send a Test Ping',
		name: 'sendPing',
		type: 'boolean',
		default: false,
		description:
			"Whether to let Google send a test event as well, and to see whether it arrives. The trigger starts its workflow on it only if 'Any Other Event' is among its events.",
	},
];

export const description = updateDisplayOptions(
	{ show: { operation: ['checkTrigger'] } },
	properties,
);

/** How long to look out for a ping, and how often. Milliseconds. */
const PING_LOOKS = { count: 15, pause: 1000 };

function triggerUrl(context: IExecuteFunctions, index: number): string {
	const url = fieldText(context.getNodeParameter('triggerUrl', index, '')).trim();
	if (URL.canParse(url) && /\/webhook\/?$/.test(new URL(url).pathname)) return url;
	return refuse(
		context,
		{
			message: `'Trigger's Production URL' is not the URL of a Gemini Webhook Trigger: ${url || 'it is empty'}`,
			description: 'Open the trigger, unfold "Webhook URLs" and copy the Production URL.',
		},
		index,
	);
}

/** Whether Google can call the URL, and whether it leads here: nothing else may be asked. */
function checkAddress(context: IExecuteFunctions, url: string, baseUrl: string): Check[] {
	const obstacle = whyNotCallable(url, baseUrl);
	const callable = obstacle
		? wrong('address', `The URL ${obstacle}`, HOW_TO_BE_CALLABLE)
		: right('address', 'The URL is one that Google can call');
	const address = ownAddress(resumeUrl(context));
	if (isOwnUrl(url, address)) return [callable];
	return [
		callable,
		wrong(
			'thisN8n',
			`The URL does not lead to this n8n, whose address is ${address}`,
			"Run this in the n8n that the trigger is in. If its address has changed, copy the URL anew, and unpublish and publish the trigger's workflow.",
		),
	];
}

/** What the trigger says, in words. */
async function askForStatus(
	context: IExecuteFunctions,
	url: string,
	apiKey: string,
): Promise<{ status?: TriggerStatus; check: Check }> {
	const answer = await askTrigger(context, url, apiKey);
	switch (answer.kind) {
		case 'status':
			return {
				status: answer.status,
				check: right('published', `The trigger '${answer.status.node}' is published and answers`),
			};
		case 'notPublished':
			return {
				check: wrong(
					'published',
					'No published workflow listens at this URL',
					'Publish the workflow.',
				),
			};
		case 'refused':
			return {
				check: wrong(
					'published',
					'A workflow listens at this URL, and does not answer to this API key',
					"Choose the trigger's own credential here. If its API key was replaced, unpublish and publish its workflow.",
				),
			};
		case 'unknown':
			return {
				check: unclear('published', answer.why, 'Try again; look into the log of n8n.'),
			};
	}
}

async function checkKeys(context: IExecuteFunctions, { connection }: GeminiClient): Promise<Check> {
	if (await canVerify(context, connection))
		return right('publicKeys', "Google's public keys can be read");
	return wrong(
		'publicKeys',
		`Google's public keys cannot be read at ${keySetUrl(connection)}`,
		"Let this n8n connect there, and check the 'Base URL' of the credential.",
	);
}

/** Sends a ping and looks out for it at the trigger. */
async function checkPing(
	context: IExecuteFunctions,
	client: GeminiClient,
	webhook: ProjectWebhook,
	{ url, before }: { url: string; before: string | null },
): Promise<Check> {
	await pingWebhook(client, webhook.id);
	for (let look = 0; look < PING_LOOKS.count; look++) {
		await sleep(PING_LOOKS.pause);
		const answer = await askTrigger(context, url, client.connection.apiKey);
		if (answer.kind === 'status' && answer.status.lastProvenAt !== before)
			return right('ping', 'A delivery from Google arrived and was proven');
	}
	return unclear(
		'ping',
		"Google's test event was not seen within 15 seconds",
		'Try again: Google may be slow, and with several webhook processors another one may have received it. Look whether a proxy or a firewall stands before this n8n.',
	);
}

async function checkAll(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ url, sendPing }: { url: string; sendPing: boolean },
): Promise<{ checks: Check[]; status?: TriggerStatus }> {
	const { apiKey, baseUrl } = client.connection;
	const checks = checkAddress(context, url, baseUrl);
	if (checks.length > 1) return { checks };
	const { status, check } = await askForStatus(context, url, apiKey);
	checks.push(check);
	if (!status) return { checks };
	if (status.listenTo === 'requests') {
		checks.push(await checkKeys(context, client));
		return { checks, status };
	}
	const { webhook, checks: more } = checkAtGoogle(await listWebhooks(client), url, status);
	checks.push(...more);
	if (sendPing && webhook) {
		checks.push(await checkPing(context, client, webhook, { url, before: status.lastProvenAt }));
	}
	return { checks, status };
}

/** Says for each item's trigger whether it will receive, and why not. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const url = triggerUrl(this, index);
		const sendPing = this.getNodeParameter('sendPing', index, false) === true;
		const { checks, status } = await checkAll(this, client, { url, sendPing });
		return {
			...verdict(checks),
			url,
			node: status?.node ?? null,
			listenTo: status?.listenTo ?? null,
			lastProvenAt: status?.lastProvenAt ?? null,
			checks: checks.map(({ check, ok, detail }) => ({ check, ok, detail })),
		};
	});
}
