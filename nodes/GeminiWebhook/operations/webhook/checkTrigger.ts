import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { fieldText } from '../../../shared/fieldText';
import { itemsFromEach } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { inParallel } from '../../../shared/inParallel';
import { inTurn } from '../../../shared/inTurn';
import { failingAsItem } from '../../../shared/jobs/failingAsItem';
import { resumeUrl } from '../../../shared/jobs/park';
import { refuse } from '../../../shared/objection';
import { ownAddress } from '../../ownAddress';
import {
	checkTrigger,
	type CheckedTrigger,
	type CheckOptions,
} from '../../triggerCheck/checkTrigger';
import { ownTriggers, type NamedTrigger } from '../../triggerCheck/ownTriggers';

const WHAT_IT_DOES =
	"Tells for each Gemini Webhook Trigger whether it would receive finished jobs, and if not, why, and what to do. Starts no workflow. Lead 'receives' into an If node, after a Schedule Trigger, to hear of trouble in time.";

/** Triggers at a time, as long as nothing is repaired. */
const PARALLEL = 5;

const properties: INodeProperties[] = [
	{ displayName: WHAT_IT_DOES, name: 'checkNotice', type: 'notice', default: '' },
	{
		displayName: 'Triggers',
		name: 'triggers',
		type: 'options',
		noDataExpression: true,
		default: 'workflow',
		description: 'Which triggers to check',
		options: [
			{
				name: 'By Production URL',
				value: 'url',
				description: 'One trigger for each incoming item, of any workflow of this n8n',
			},
			{
				name: 'Of This Workflow',
				value: 'workflow',
				description: 'All that are switched on; runs once, however many items come in',
			},
		],
	},
	{
		displayName: 'Production URL',
		name: 'triggerUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
		description: 'From "Webhook URLs" of the Gemini Webhook Trigger',
		displayOptions: { show: { triggers: ['url'] } },
	},
	{
		displayName: 'Repair',
		name: 'repair',
		type: 'boolean',
		default: false,
		description:
			"Whether to put the trigger's webhook at Google in order when it isn't: enable it, correct its URL and events, register it anew, or get a new signing secret. A webhook that the trigger did not register is only enabled.",
	},
	{
		displayName: 'Send a Test Ping',
		name: 'sendPing',
		type: 'boolean',
		default: false,
		description:
			"Whether to have Google send a test event and see if the trigger gets and accepts it: proof from end to end. It starts the workflow only if 'Any Other Event' is among the trigger's events.",
	},
];

export const description = updateDisplayOptions(
	{ show: { operation: ['checkTrigger'] } },
	properties,
);

function optionsOf(context: IExecuteFunctions, index: number): CheckOptions {
	const isOn = (name: string) => context.getNodeParameter(name, index, false) === true;
	return { repair: isOn('repair'), sendPing: isOn('sendPing') };
}

function urlOf(context: IExecuteFunctions, index: number): string {
	const url = fieldText(context.getNodeParameter('triggerUrl', index, '')).trim();
	if (!URL.canParse(url)) {
		refuse(
			context,
			{
				message: `'Production URL' is not a web address: ${url || 'it is empty'}`,
				description: "Copy it from the trigger's 'Webhook URLs'.",
			},
			index,
		);
	}
	return url;
}

/**
 * Checks a trigger. Those that may be repaired take turns: n8n stores what all triggers of a workflow remember as one
 * piece, with each call that changes it, so of two that register anew at once, one would lose its new secret.
 */
async function check(
	client: GeminiClient,
	address: string,
	trigger: NamedTrigger,
	options: CheckOptions,
): Promise<CheckedTrigger> {
	const work = async () => await checkTrigger(client, address, trigger, options);
	return options.repair ? await inTurn('checks of triggers that repair', work) : await work();
}

/** Says of each trigger whether it would receive. What goes wrong with that is a finding, not an error. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	const address = ownAddress(resumeUrl(this));
	if (this.getNodeParameter('triggers', 0, 'workflow') === 'url') {
		return await itemsFromEach(
			this,
			async (item) => {
				const trigger = { name: null, url: urlOf(this, item) };
				const json = await check(client, address, trigger, optionsOf(this, item));
				return [{ json: json as unknown as IDataObject, pairedItem: { item } }];
			},
			PARALLEL,
		);
	}
	const pairedItem = [...this.getInputData().keys()].map((item) => ({ item }));
	return await failingAsItem(this, async () => {
		const options = optionsOf(this, 0);
		const checked = await inParallel(
			ownTriggers(this, address),
			PARALLEL,
			async (trigger) => await check(client, address, trigger, options),
		);
		return [checked.map((json) => ({ json: json as unknown as IDataObject, pairedItem }))];
	});
}
