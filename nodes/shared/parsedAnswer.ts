import { isShallow, parseJson } from './json';

/** How to fill `data`: not at all, with whatever JSON the answer is, or only if it looks like JSON. */
export type Parsing = 'none' | 'json' | 'guess';

/** @returns the JSON that a model answered; null when there is none */
export function parsedAnswer(value: string | null, parsing: Parsing): unknown {
	if (value === null || parsing === 'none') return null;
	if (parsing === 'guess' && !/^\s*[[{]/.test(value)) return null;
	try {
		const parsed = parseJson(value);
		return isShallow(parsed) ? parsed : null;
	} catch {
		return null; // Cut off by the token limit, say; the text is there to look at.
	}
}
