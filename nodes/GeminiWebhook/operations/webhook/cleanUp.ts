import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { GeminiClient } from '../../../shared/gemini/client';
import { GeminiApiError } from '../../../shared/gemini/errors';
import { deleteWebhook, listWebhooks, type ProjectWebhook } from '../../../shared/gemini/webhooks';
import { hint } from '../../../shared/hints';
import { failingAsItem } from '../../../shared/jobs/failingAsItem';
import { resumeUrl } from '../../../shared/jobs/park';
import { isOurs, ownAddress, type Finding } from '../../ownAddress';
import { probe } from '../../probe';

const WHAT_IT_DOES =
	"Looks at the webhooks whose name begins with 'n8n: ' and those that lead to this n8n, asks this n8n whether a published workflow still listens at their URLs, and gives one item for each. Runs once, however many items come in.";

const properties: INodeProperties[] = [
	{ displayName: WHAT_IT_DOES, name: 'cleanUpNotice', type: 'notice', default: '' },
	{
		displayName: 'Delete Them',
		name: 'deleteThem',
		type: 'boolean',
		default: false,
		description:
			"Whether to delete the webhooks with the verdict 'dead'; look at the list once before you switch this on",
	},
	{
		displayName: 'Include Other Addresses',
		name: 'includeOthers',
		type: 'boolean',
		default: false,
		displayOptions: { show: { deleteThem: [true] } },
		description:
			"Whether to delete the webhooks with the verdict 'otherAddress', too. Nobody checks whether they still work: they may belong to another n8n of the same Google project.",
	},
];

export const description = updateDisplayOptions({ show: { operation: ['cleanUp'] } }, properties);

/** Deletes a webhook and says so; what can't be deleted doesn't keep the others from it. */
async function removed(
	client: GeminiClient,
	{ id }: ProjectWebhook,
	{ reason }: Finding,
): Promise<IDataObject> {
	try {
		await deleteWebhook(client, id);
		return { deleted: true };
	} catch (error) {
		if (!(error instanceof GeminiApiError)) throw error as Error;
		return { deleted: false, reason: `${reason}. ${error.message}` };
	}
}

async function cleanUp(context: IExecuteFunctions): Promise<IDataObject[]> {
	const client = await GeminiClient.for(context);
	const address = ownAddress(resumeUrl(context));
	const chosen = ['dead'];
	if (context.getNodeParameter('deleteThem', 0, false) !== true) chosen.length = 0;
	else if (context.getNodeParameter('includeOthers', 0, false) === true)
		chosen.push('otherAddress');

	const ours = (await listWebhooks(client)).filter((webhook) => isOurs(webhook, address));
	const items: IDataObject[] = [];
	for (const webhook of ours) {
		const { id, name, uri, state } = webhook;
		const finding = await probe(context, uri, address);
		const outcome = chosen.includes(finding.verdict)
			? await removed(client, webhook, finding)
			: { deleted: false };
		items.push({ webhookId: id, name, url: uri, state, ...finding, ...outcome });
	}
	const left = items.filter(({ verdict, deleted }) => chosen.includes(String(verdict)) && !deleted);
	if (left.length > 0) {
		hint(context, 'warning', `${left.length} of these webhooks could not be deleted; see 'reason'`);
	}
	if (items.length === 0) {
		hint(
			context,
			'info',
			'The Google project has no webhook of this n8n, or of any other by its name.',
		);
	}
	return items;
}

/** Finds webhooks of n8n that lead nowhere any more, shows them, and deletes them if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const pairedItem = [...this.getInputData().keys()].map((item) => ({ item }));
	return await failingAsItem(this, async () => [
		(await cleanUp(this)).map((json) => ({ json, pairedItem })),
	]);
}
