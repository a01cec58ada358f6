import type { Result } from './answers.mts';
import { heldContent } from './content.mts';
import type { Content } from './content.mts';
import type { Settings } from './settings.mts';

/** The outcome of one request, together with what the user gave to recognise it. */
export type BatchResult = Result & { key?: unknown; metadata?: unknown };

const LINES_A_PIECE = 1_000;
/** Characters missing at the end of a truncated file. */
const TRUNCATED = 20;

/** The results; with the setting `duplicateKeys`, the second one is marked like the first. */
export function* markedResults(
	results: Iterable<BatchResult>,
	{ duplicateKeys }: Settings,
): Generator<BatchResult> {
	let first: BatchResult | undefined;
	let index = 0;
	for (const result of results) {
		first ??= result;
		const { key, metadata } = first;
		const copied = duplicateKeys && index === 1;
		yield copied
			? {
					...result,
					...(key !== undefined && { key }),
					...(metadata !== undefined && { metadata }),
				}
			: result;
		index += 1;
	}
}

/** The results as JSONL, one a line, spoilt as the settings say. */
export function outputFile(results: Iterable<BatchResult>, settings: Settings): Content {
	const { omitKeys, shuffleOutput, blankLines, truncateLastLine } = settings;
	const lines = Array.from(
		markedResults(results, settings),
		({ key, ...rest }) =>
			`${JSON.stringify(omitKeys || key === undefined ? rest : { ...rest, key })}\n${blankLines ? '\n' : ''}`,
	);
	if (shuffleOutput) lines.reverse();
	if (truncateLastLine) lines.push((lines.pop() ?? '').slice(0, -TRUNCATED));
	const pieces: Buffer[] = [];
	for (let at = 0; at < lines.length; at += LINES_A_PIECE)
		pieces.push(Buffer.from(lines.slice(at, at + LINES_A_PIECE).join(''), 'utf8'));
	return heldContent(...pieces);
}
