import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { fileName } from '../../shared/gemini/files';
import { json, jsonList, type Json } from '../../shared/json';
import type { BatchPrompt, EmbeddingSettings, GenerationSettings } from '../requests';
import type { RequestKind } from '../requestKind';
import { binaryFields, binaryFile } from './binaryFile';
import { FieldValues } from './fieldValues';
import type { Media } from './media';

/** What the API takes: https://ai.google.dev/api/generate-content#GenerationConfig */
const MAX_STOP_SEQUENCES = 5;
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1, whole: true };
const COUNT = { min: 1, whole: true };

const chosen = (value: unknown): string | undefined => fieldText(value) || undefined;

function generationSettings(values: FieldValues, options: Json): GenerationSettings {
	const number = values.number.bind(values);
	const stopSequences = values.texts(options.stopSequences);
	if (stopSequences.length > MAX_STOP_SEQUENCES) {
		values.refuse(
			`There are ${stopSequences.length} 'Stop Sequences'`,
			`Google takes ${MAX_STOP_SEQUENCES} at most.`,
		);
	}
	const thinkingLevel = chosen(options.thinkingLevel);
	const thinkingBudget = number('Thinking Budget', options.thinkingBudget, {
		min: -1,
		whole: true,
	});
	if (thinkingLevel && thinkingBudget !== undefined) {
		values.refuse(
			"'Thinking Level' and 'Thinking Budget' exclude each other",
			'Newer models have levels, older ones budgets. Take one of the options out.',
		);
	}
	return {
		temperature: number('Sampling Temperature', options.temperature, { min: 0, max: 2 }),
		topP: number('Top P', options.topP, { min: 0, max: 1 }),
		topK: number('Top K', options.topK, COUNT),
		maxOutputTokens: number('Maximum Number of Tokens', options.maxOutputTokens, COUNT),
		stopSequences,
		seed: number('Seed', options.seed, INT32),
		thinkingLevel,
		thinkingBudget,
		aspectRatio: chosen(options.aspectRatio),
		imageSize: chosen(options.imageSize),
	};
}

const RETRIEVAL_DOCUMENT = 'RETRIEVAL_DOCUMENT';

function embeddingSettings(values: FieldValues, options: Json): EmbeddingSettings {
	const taskType = chosen(options.taskType);
	const title = chosen(options.title);
	if (title && taskType !== RETRIEVAL_DOCUMENT) {
		values.refuse(
			"'Title' only goes with the 'Task' Retrieval Document",
			'Choose that task, or take the title out.',
		);
	}
	const outputDimensionality = values.number('Dimensions', options.outputDimensionality, COUNT);
	return { taskType, title, outputDimensionality };
}

const safetySettings = (options: Json): BatchPrompt['safety'] =>
	jsonList(json(options.safetySettings).settings).map(({ category, threshold }) => ({
		category: fieldText(category),
		threshold: fieldText(threshold),
	}));

/** The files that go along with an item's prompt: those at Google first, then its binary fields. */
async function mediaOf(
	context: IExecuteFunctions,
	values: FieldValues,
	itemIndex: number,
	options: Json,
): Promise<Media[]> {
	const media: Media[] = fieldText(options.remoteFiles)
		.split(',')
		.filter((given) => given.trim() !== '')
		.map((given) => {
			const identity = fileName(given);
			if (identity) return { identity };
			return values.refuse(
				`'Files at Google' of item ${itemIndex} names what is no file there: ${given.trim()}`,
				'A name looks like files/p1mds9fl15bs. Separate several by commas.',
			);
		});
	for (const field of binaryFields(context, itemIndex, fieldText(options.binaryFields))) {
		media.push(await binaryFile(context, itemIndex, field));
	}
	return media;
}

async function readPrompt(
	context: IExecuteFunctions,
	kind: RequestKind,
	index: number,
): Promise<BatchPrompt> {
	const options = json(context.getNodeParameter('options', index, {}));
	const values = new FieldValues(context, index);
	const common = {
		key: fieldText(options.key).trim() || String(index),
		prompt: fieldText(context.getNodeParameter('prompt', index, '')),
		media: await mediaOf(context, values, index, options),
		extra: values.object('Additional Request Fields (JSON)', options.requestFields),
	};
	if (kind === 'embeddings') return { ...common, embedding: embeddingSettings(values, options) };
	return {
		...common,
		systemInstruction: fieldText(options.systemInstruction),
		settings: generationSettings(values, options),
		schema: kind === 'text' ? values.object('JSON Schema', options.jsonSchema) : undefined,
		tools: values.texts(options.tools),
		safety: safetySettings(options),
	};
}

/**
 * Reads what each incoming item asks of the model. Binary files are looked at, not read.
 *
 * @throws NodeOperationError that names the item, when a field holds what it can't hold
 */
export async function readPrompts(
	context: IExecuteFunctions,
	kind: RequestKind,
): Promise<BatchPrompt[]> {
	const prompts: BatchPrompt[] = [];
	for (const index of context.getInputData().keys()) {
		prompts.push(await readPrompt(context, kind, index));
	}
	return prompts;
}
