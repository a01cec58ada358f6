import { offers } from '../shared/gemini/models';
import type { Json } from '../shared/json';

/** What a batch's requests ask for: answers, pictures, or vectors. */
export type RequestKind = 'text' | 'image' | 'embeddings';

/** The API's method for each kind, which a model must offer: https://ai.google.dev/api/batch-api */
const METHODS: Record<RequestKind, string> = {
	text: 'batchGenerateContent',
	image: 'batchGenerateContent',
	embeddings: 'asyncBatchEmbedContent',
};

/** The kind that a field holds; `text` for what is none. */
export const requestKind = (value: unknown): RequestKind =>
	value === 'image' || value === 'embeddings' ? value : 'text';

export const methodOf = (kind: RequestKind): string => METHODS[kind];

/** Whether a model, as the API describes it, can run batches of this kind. */
export const canRun = (model: Json, kind: RequestKind): boolean => offers(model, METHODS[kind]);
