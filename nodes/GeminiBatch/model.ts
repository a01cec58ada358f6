import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import type { GeminiClient } from '../shared/gemini/client';
import { getModel, modelId } from '../shared/gemini/models';
import { refuse } from './input/objection';
import { canRun, type RequestKind } from './requestKind';

/** Looks up the models that batches are to run on, each of them once. */
export class Models {
	private readonly context: IExecuteFunctions;
	private readonly client: GeminiClient;
	private readonly kind: RequestKind;
	private readonly checked = new Set<string>();

	constructor(context: IExecuteFunctions, client: GeminiClient, kind: RequestKind) {
		this.context = context;
		this.client = client;
		this.kind = kind;
	}

	/**
	 * The model chosen for an item, after asking the API whether it exists and can run batches of this kind.
	 *
	 * @returns its id, without `models/`
	 * @throws NodeOperationError, GeminiApiError that name the model
	 */
	async chosenFor(itemIndex: number): Promise<string> {
		const chosen = this.context.getNodeParameter('model', itemIndex, '', { extractValue: true });
		const model = modelId(fieldText(chosen));
		if (model === '') {
			refuse(this.context, {
				message: "No 'Model' is chosen",
				description: 'Choose one from the list.',
				itemIndex,
			});
		}
		if (!this.checked.has(model)) await this.check(model, itemIndex);
		this.checked.add(model);
		return model;
	}

	private async check(model: string, itemIndex: number): Promise<void> {
		if (canRun(await getModel(this.client, model), this.kind)) return;
		const what = this.kind === 'embeddings' ? 'make embeddings in batches' : 'run batches';
		refuse(this.context, {
			message: `The model ${model} cannot ${what}`,
			description: "Choose one from the list of 'Model': it shows only those that can.",
			itemIndex,
		});
	}
}
