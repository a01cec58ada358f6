import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { GeminiClient } from '../../shared/gemini/client';
import { failingAsItem } from '../../shared/jobs/failingAsItem';
import { metadataOf, planNotification } from '../../shared/jobs/plan';
import { settleStart } from '../../shared/jobs/settleStart';
import { startAndWait } from '../../shared/jobs/startAndWait';
import { inlinedRequest, objectionTo, objectionToSize, type Objection } from '../requests';
import { batchKind } from '../batchKind';
import { batchOutcome } from '../outcome';
import { readPrompts } from './readPrompts';
import { startFields } from './startFields';

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

function refuse(context: IExecuteFunctions, objection: Objection | undefined): void {
	if (!objection) return;
	const { message, description: todo, itemIndex } = objection;
	throw new NodeOperationError(context.getNode(), message, { description: todo, itemIndex });
}

/** The chosen model, after asking the API whether it exists and can run batches. */
async function checkedModel(context: IExecuteFunctions, client: GeminiClient): Promise<string> {
	const chosen = context.getNodeParameter('model', 0, '', { extractValue: true });
	const model = fieldText(chosen)
		.trim()
		.replace(/^models\//, '');
	if (model === '') {
		refuse(context, { message: "No 'Model' is chosen", description: 'Choose one from the list.' });
	}
	const { raw } = await client.read(
		{ action: 'find the model', subject: model },
		async (ai) => await ai.models.get({ model }),
	);
	const methods = raw.supportedGenerationMethods;
	if (!Array.isArray(methods) || !methods.includes('batchGenerateContent')) {
		refuse(context, {
			message: `The model ${model} cannot run batches`,
			description: "Choose one from the list of 'Model': it shows only those that can.",
		});
	}
	return model;
}

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// Everything that can be checked is checked before the batch is paid for.
	const prompts = readPrompts(context);
	refuse(context, objectionTo(prompts));
	const requests = prompts.map(inlinedRequest);
	refuse(context, objectionToSize(requests));
	const client = await GeminiClient.for(context);
	const name = fieldText(context.getNodeParameter('options.displayName', 0, '')).trim();
	const workflow = context.getWorkflow().name ?? 'n8n';
	const settled = await settleStart(context, client, batchKind, name || workflow, '0');
	const model = settled.earlier ? '' : await checkedModel(context, client);
	const metadata = metadataOf(context, 0);
	const plan = await planNotification(context, client, batchKind.endEvents);
	const order = { model, requests };
	return await startAndWait(context, client, {
		kind: batchKind,
		plan,
		launches: [{ order, settled, metadata, first: 0, count: prompts.length }],
		outcome: batchOutcome,
		details: () => ({
			keys: prompts.map(({ key }) => key),
			asJson: prompts.some(({ schema }) => schema !== undefined),
		}),
	});
}

/** Turns all incoming items into one batch, and waits for its end if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(this, async () => await start(this));
}
