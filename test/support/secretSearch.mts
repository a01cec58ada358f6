import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The ways in which a text may lie in a file: as it is, and as code puts it into URLs, JSON, headers or databases. */
function formsOf(secret: string): Array<[form: string, bytes: Buffer]> {
	const bytes = Buffer.from(secret);
	// In base64 the same bytes look different at each of three places.
	const shifted = [0, 1, 2].map((shift) => {
		const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
		return text.slice(shift === 0 ? 0 : 4, -4);
	});
	const forms: Array<[string, Buffer]> = [
		['as it is', bytes],
		['URL-encoded', Buffer.from(encodeURIComponent(secret))],
		['JSON-escaped', Buffer.from(JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'))],
		['hexadecimal', Buffer.from(bytes.toString('hex'))],
		['UTF-16', Buffer.from(secret, 'utf16le')],
		...shifted.map((text): [string, Buffer] => ['base64', Buffer.from(text)]),
		...shifted.map((text): [string, Buffer] => [
			'base64url',
			Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
		]),
	];
	return forms.filter(([, form]) => form.length >= 8);
}

function* filesIn(folder: string): Generator<string> {
	for (const name of readdirSync(folder)) {
		// The packages that are installed there, and n8n's own copies of the editor's files.
		if (['node_modules', '.cache'].includes(name)) continue;
		const path = join(folder, name);
		if (statSync(path).isDirectory()) yield* filesIn(path);
		else yield path;
	}
}

/**
 * Looks for secrets in every file below a folder, byte by byte: what a database has deleted, its log included.
 *
 * @param secrets by what they are called
 * @returns where each was found, and in which form; one entry for each file and secret
 */
export function findSecrets(folder: string, secrets: Record<string, string>): string[] {
	const found: string[] = [];
	for (const file of filesIn(folder)) {
		const bytes = readFileSync(file);
		for (const [name, secret] of Object.entries(secrets)) {
			const form = formsOf(secret).find(([, wanted]) => bytes.includes(wanted));
			if (form) found.push(`${name}, ${form[0]}, in ${relative(folder, file)}`);
		}
	}
	return found;
}

/** The same for a text: a log. */
export const secretsIn = (text: string, secrets: Record<string, string>): string[] =>
	Object.entries(secrets).flatMap(([name, secret]) => {
		const form = formsOf(secret).find(([, wanted]) => text.includes(wanted.toString('latin1')));
		return form ? [`${name}, ${form[0]}`] : [];
	});
