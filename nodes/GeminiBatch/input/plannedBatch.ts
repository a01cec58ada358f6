import type { GeminiClient } from '../../shared/gemini/client';
import type { BatchInput } from '../batchKind';

/** One batch to be, checked as far as that is possible without asking Google. */
export interface PlannedBatch {
	/** Which of the node's starts it is; the same at every attempt. */
	key: string;
	/** Added to the name of the batch where there are several. */
	label: string;
	/** The incoming items it is made from. */
	first: number;
	count: number;
	/** The keys of its requests, as far as they are known. */
	keys: string[] | undefined;
	/** Whether a request asks for JSON. */
	asJson: boolean;
	/** Uploads what must be uploaded; called only if the batch isn't there yet. */
	input: (client: GeminiClient) => Promise<BatchInput>;
}
