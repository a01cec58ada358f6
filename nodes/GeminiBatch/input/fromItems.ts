import type { IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { uploadReadyFile } from '../../shared/gemini/readyFile';
import { isObjection, refuse } from '../../shared/objection';
import type { BatchInput } from '../batchKind';
import { readPrompts } from './readPrompts';
import { objectionTo, type BatchPrompt } from '../requests';
import type { RequestKind } from '../requestKind';
import { RemoteFiles } from './remoteFiles';
import { expectedSize, lineBytes, lineSize, wholeRequest } from './lines';
import { isBinary, MAX_INLINE_MEDIA_BYTES, objectionToMedia, type KnownFiles } from './media';
import { LIMITS, planInput, type InputLimits } from './plan';
import type { PlannedBatch } from './plannedBatch';

/** What decides between the call itself, files, and several batches. Bytes. */
interface ItemLimits extends InputLimits {
	/** Larger binary files are uploaded one by one and referred to. */
	inlineMedia: number;
}

export const ITEM_LIMITS: ItemLimits = { ...LIMITS, inlineMedia: MAX_INLINE_MEDIA_BYTES };

/**
 * The results of requests in the call come in one answer, megabytes for each image: with hundreds of them the API has
 * failed to give it (https://github.com/googleapis/python-genai/issues/2519). Results in a file are read one by one.
 */
const MOST_INLINE_IMAGES = 20;

async function inlineInput(
	kind: RequestKind,
	prompts: BatchPrompt[],
	known: KnownFiles,
): Promise<BatchInput> {
	const requests = [];
	for (const prompt of prompts) {
		const request = await wholeRequest(kind, prompt, known);
		requests.push({ request, metadata: { key: prompt.key } });
	}
	return { requests: { requests } };
}

/** Twice through the prompts: for the size, which an upload must announce, and for the bytes. */
async function fileInput(
	client: GeminiClient,
	kind: RequestKind,
	prompts: BatchPrompt[],
	known: KnownFiles,
): Promise<BatchInput> {
	const size = prompts.reduce((sum, prompt) => sum + lineSize(kind, prompt, known), 0);
	const { name } = await uploadReadyFile(client, {
		displayName: 'n8n-requests.jsonl',
		mimeType: 'application/jsonl',
		size,
		bytes: lineBytes(kind, prompts, known),
	});
	return { fileName: name };
}

function checkedPrompts(
	context: IExecuteFunctions,
	prompts: BatchPrompt[],
	kind: RequestKind,
	{ file }: ItemLimits,
): void {
	const objection =
		objectionTo(prompts, kind) ??
		prompts
			.flatMap(({ media = [] }) => media.filter(isBinary))
			.map((one) => objectionToMedia(one, file))
			.find((one) => one !== undefined);
	if (objection) refuse(context, objection);
}

/**
 * The incoming items as one batch, or, when they are too many and the user allows it, as several. The items are in
 * n8n's memory anyway; the requests made of them, and binary files, are not held.
 *
 * @throws NodeOperationError that names the item
 */
export async function batchesFromItems(
	context: IExecuteFunctions,
	kind: RequestKind,
	limits: ItemLimits = ITEM_LIMITS,
): Promise<PlannedBatch[]> {
	const prompts = await readPrompts(context, kind);
	checkedPrompts(context, prompts, kind, limits);
	const files = new RemoteFiles(limits.inlineMedia);
	const plan = planInput(
		prompts.map((prompt) => expectedSize(kind, prompt, files.isReferredTo)),
		{
			alwaysFile:
				context.getNodeParameter('options.alwaysFile', 0, false) === true ||
				(kind === 'image' && prompts.length > MOST_INLINE_IMAGES),
			split: context.getNodeParameter('options.split', 0, false) === true,
		},
		limits,
	);
	if (isObjection(plan)) return refuse(context, plan);
	const { way, slices } = plan;
	return slices.map(({ first, count }, index) => {
		const own = prompts.slice(first, first + count);
		return {
			key: String(index),
			label: slices.length > 1 ? `, part ${index + 1} of ${slices.length}` : '',
			first,
			count,
			keys: own.map(({ key }) => key),
			asJson: own.some(({ schema }) => schema !== undefined),
			input: async (client) => {
				const known = await files.provideFor(client, own, first);
				return way === 'inline'
					? await inlineInput(kind, own, known)
					: await fileInput(client, kind, own, known);
			},
		};
	});
}
