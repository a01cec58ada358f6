import { MAX_FILE_BYTES } from '../../shared/gemini/upload';
import { sizeText, type Objection } from './objection';

/** How much Google takes. Bytes. */
export interface InputLimits {
	/** In the call itself: https://ai.google.dev/gemini-api/docs/batch-api */
	inline: number;
	/** As an input file. */
	file: number;
}

export const LIMITS: InputLimits = { inline: 20_000_000, file: MAX_FILE_BYTES };

/** What a request inside the call is longer than as a line, and the rest of the call. Bytes. */
const WRAPPING = 20;

/** Neighbouring requests that become one job. */
export interface Slice {
	/** The index of the first one. */
	first: number;
	count: number;
	/** How long their lines are together, at most. */
	bytes: number;
}

export interface InputPlan {
	/** Inside of the call, or as files to upload. */
	way: 'inline' | 'file';
	slices: Slice[];
}

export interface PlanWishes {
	/** A file even for little. */
	alwaysFile: boolean;
	/** Several jobs rather than a refusal. */
	split: boolean;
}

/** Fills one slice after the other. Every line fits into one. */
function sliced(sizes: number[], limit: number): Slice[] {
	const slices: Slice[] = [];
	let open: Slice | undefined;
	for (const [index, size] of sizes.entries()) {
		if (!open || open.bytes + size > limit) {
			open = { first: index, count: 0, bytes: 0 };
			slices.push(open);
		}
		open.count++;
		open.bytes += size;
	}
	return slices;
}

/**
 * Decides how requests travel to Google.
 *
 * @param sizes bytes of each request as a line of a file, its end included
 * @returns an objection that names the sizes when they are too large
 */
export function planInput(
	sizes: number[],
	{ alwaysFile, split }: PlanWishes,
	limits: InputLimits = LIMITS,
): InputPlan | Objection {
	const bytes = sizes.reduce((sum, size) => sum + size, 0);
	const inlineBytes = bytes + sizes.length * WRAPPING;
	if (!alwaysFile && inlineBytes < limits.inline) {
		return { way: 'inline', slices: [{ first: 0, count: sizes.length, bytes }] };
	}
	const itemIndex = sizes.findIndex((size) => size > limits.file);
	if (itemIndex >= 0) {
		return {
			itemIndex,
			message: `The request of item ${itemIndex} has ${sizeText(sizes[itemIndex])}, and Google takes ${sizeText(limits.file)} at most`,
			description: 'Shorten it, or filter such items out before this node.',
		};
	}
	const slices = sliced(sizes, limits.file);
	if (slices.length > 1 && !split) {
		return {
			message: `The batch has ${sizeText(bytes)}, and Google takes ${sizeText(limits.file)} at most`,
			description: `Switch on the option 'Split Into Several Batches' to make ${slices.length} batches of it, or send fewer items.`,
		};
	}
	return { way: 'file', slices };
}
