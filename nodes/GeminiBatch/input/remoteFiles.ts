import type { GeminiClient } from '../../shared/gemini/client';
import { readyFile, uploadReadyFile } from '../../shared/gemini/readyFile';
import { inParallel } from '../../shared/inParallel';
import type { BatchPrompt } from '../requests';
import { isBinary, type BinaryFile, type KnownFiles, type Media, type RemoteMedia } from './media';

/** Files that are asked for, or uploaded, at the same time. */
const PARALLEL = 3;

/** Files at Google that prompts refer to, each of them asked for or uploaded once. */
export class RemoteFiles {
	private readonly known = new Map<string, RemoteMedia>();
	private readonly maxInlineBytes: number;
	/** Batches that are prepared side by side take turns, so that nothing is uploaded twice. */
	private turn: Promise<unknown> = Promise.resolve();

	/** @param maxInlineBytes larger files are uploaded */
	constructor(maxInlineBytes: number) {
		this.maxInlineBytes = maxInlineBytes;
	}

	/** Whether a request refers to this file, instead of holding it. */
	readonly isReferredTo = (media: Media): boolean =>
		!isBinary(media) || media.size > this.maxInlineBytes;

	/**
	 * Makes sure that the files of these prompts are there, before the first one is uploaded those that ought to be.
	 *
	 * @throws NodeOperationError, GeminiApiError that name the file
	 */
	async provideFor(
		client: GeminiClient,
		prompts: BatchPrompt[],
		firstItem: number,
	): Promise<KnownFiles> {
		const work = async () => await this.provide(client, prompts, firstItem);
		const turn = this.turn.then(work, work);
		this.turn = turn;
		return await turn;
	}

	private async provide(
		client: GeminiClient,
		prompts: BatchPrompt[],
		firstItem: number,
	): Promise<KnownFiles> {
		const references = new Map<string, number>();
		const uploads = new Map<string, BinaryFile>();
		for (const [index, { media = [] }] of prompts.entries()) {
			for (const one of media.filter(this.isReferredTo)) {
				if (this.known.has(one.identity)) continue;
				if (isBinary(one)) uploads.set(one.identity, one);
				else if (!references.has(one.identity)) references.set(one.identity, firstItem + index);
			}
		}
		await inParallel([...references], PARALLEL, async ([name, itemIndex]) => {
			const { uri, mimeType } = await readyFile(client, name, itemIndex);
			this.known.set(name, { fileUri: uri, mimeType });
		});
		await inParallel([...uploads], PARALLEL, async ([identity, file]) => {
			const { fileName, mimeType, size } = file;
			const bytes = await file.open();
			const source = { displayName: fileName, mimeType, size, bytes };
			const { uri } = await uploadReadyFile(client, source);
			this.known.set(identity, { fileUri: uri, mimeType });
		});
		return this.known;
	}
}
