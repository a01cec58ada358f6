/** How jobs run and end, and what the API says about them. Times are emulator milliseconds. */
export interface JobSettings {
	/** From create to SUCCEEDED; `null`: the job stays PENDING until a control call or its expiry. Read when the job is created. */
	batchDurationMs: number | null;
	/** The same for background interactions. */
	interactionDurationMs: number | null;
	/** The same for Veo operations. */
	videoDurationMs: number | null;
	/** A batch that has not ended by then is EXPIRED: 48 h (ai.google.dev/gemini-api/docs/batch-api). */
	batchMaxAgeMs: number;
	/** Files are gone after 48 h (`File.expirationTime`, ai.google.dev/gemini-api/docs/files). */
	fileLifeMs: number;
	/** Interactions are gone after 55 days (paid tier). */
	interactionLifeMs: number;

	/** Veo answers 404 "no longer available" unless this is on (the models were shut down on 2026-10-22). */
	veoAvailable: boolean;
	/** A cancelled batch first shows BATCH_STATE_CANCELLING for this long; 0: CANCELLED at once. */
	cancellingMs: number;
	/** Where a batch's output is shown: the SDK reads only `metadata.output`. */
	batchOutputIn: 'both' | 'response' | 'metadata';
	/** Inline results come without the `metadata` of their request (googleapis/python-genai#1886). */
	omitInlineMetadata: boolean;
	/** Results come in reverse order (googleapis/python-genai#1909). */
	shuffleOutput: boolean;
	/** Lines of an output file lack their `key`. */
	omitKeys: boolean;
	/** The output file ends in the middle of a line. */
	truncateLastLine: boolean;
	/** The output file has a blank line after every line. */
	blankLines: boolean;
	/** The second result carries the key of the first, so one key comes twice and one never. */
	duplicateKeys: boolean;

	/** Films per job; those of a Veo job come on top of what `sampleCount` asks for, when it asks for fewer. */
	filmsPerJob: number;
	/** Size of a film in bytes, made up while it is read; `null`: some hundred bytes. */
	filmBytes: number | null;
	/** How many films of a job the safety filters take away, with reasons. */
	filmsFiltered: number;
	/** A film's file ends FAILED, after its PROCESSING. */
	filmFileFails: boolean;
	/** The largest `sampleCount` Veo takes: 1 for Veo 3.x (google-gemini/cookbook, Get_started_Veo.ipynb). */
	veoMostSamples: number;

	/** HTTP status for an unknown interaction: 400 "Invalid interaction name" (seen live) or 404. */
	unknownInteractionStatus: 400 | 404;
	/** `DELETE /interactions/{id}` answers 501 `not_implemented`, as seen live in August 2026. */
	interactionDeleteUnimplemented: boolean;
	/** What a finished video interaction sends. */
	omniEvents: 'interaction.completed' | 'video.generated' | 'both';
	/** How a video interaction shows its film: as asked, base64 although `uri` was asked, or a refusal without any film. */
	videoResult: 'as-asked' | 'inline' | 'refusal';
	/** A background interaction is `queued` for this long before it is `in_progress`. */
	interactionQueuedMs: number;
	/** How many reads of a new interaction answer 404 (googleapis/python-genai#2985). */
	interactionReadsMissing: number;
	/** How many reads of a running interaction answer 400 all the same, as seen live with video jobs. */
	interactionReadsInvalid: number;
	/**
	 * Answers repeat `tools`, `system_instruction`, `response_format`, `generation_config` and `agent_config`. The SDK's
	 * Interaction type has these fields, not marked as input only, so the API may do so; nobody published such an answer.
	 */
	echoRequest: boolean;
}

const HOUR = 3_600_000;

export function defaultJobSettings(): JobSettings {
	return {
		batchDurationMs: 500,
		interactionDurationMs: 500,
		videoDurationMs: 500,
		batchMaxAgeMs: 48 * HOUR,
		fileLifeMs: 48 * HOUR,
		interactionLifeMs: 55 * 24 * HOUR,
		veoAvailable: false,
		cancellingMs: 0,
		batchOutputIn: 'both',
		omitInlineMetadata: false,
		shuffleOutput: false,
		omitKeys: false,
		truncateLastLine: false,
		blankLines: false,
		duplicateKeys: false,
		filmsPerJob: 1,
		filmBytes: null,
		filmsFiltered: 0,
		filmFileFails: false,
		veoMostSamples: 1,
		unknownInteractionStatus: 400,
		interactionDeleteUnimplemented: false,
		omniEvents: 'interaction.completed',
		videoResult: 'as-asked',
		interactionQueuedMs: 0,
		interactionReadsMissing: 0,
		interactionReadsInvalid: 0,
		echoRequest: false,
	};
}
