import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import type { GeminiClient } from '../shared/gemini/client';
import { getModel, modelId } from '../shared/gemini/models';
import { refuse } from '../shared/objection';
import { onceEach } from '../shared/onceEach';
import { canRun, type RequestKind } from './requestKind';

/**
 * Reads and checks the models that batches are to run on, each of them once.
 *
 * @returns gives the model chosen for an item, without `models/`, after asking the API whether it exists and can run
 * batches of this kind; throws NodeOperationError, GeminiApiError that name the model
 */
export function chosenModels(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: RequestKind,
): (itemIndex: number) => Promise<string> {
	const fits = onceEach(async (model) => canRun(await getModel(client, model), kind));
	return async (itemIndex) => {
		const chosen = context.getNodeParameter('model', itemIndex, '', { extractValue: true });
		const model = modelId(fieldText(chosen));
		// It becomes part of a URL: nothing but the characters of an id.
		if (!/^\w[\w.-]*$/.test(model)) {
			refuse(context, {
				message:
					model === '' ? "No 'Model' is chosen" : `'Model' is not the id of a model: ${model}`,
				description: 'Choose one from the list.',
				itemIndex,
			});
		}
		if (await fits(model)) return model;
		const what = kind === 'embeddings' ? 'make embeddings in batches' : 'run batches';
		return refuse(context, {
			message: `The model ${model} cannot ${what}`,
			description: "Choose one from the list of 'Model': it shows only those that can.",
			itemIndex,
		});
	};
}
