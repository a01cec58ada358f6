import { API_KEY, type Stage } from './stage.mts';
import type { BatchResult } from '../../emulator/batch-output.mts';

/** The line of an input file that asks for `prompt`. */
export const requestLine = (key: string | undefined, prompt: string): object => ({
	...(key === undefined ? {} : { key }),
	request: { contents: [{ parts: [{ text: prompt }] }] },
});

/** Uploads lines as a JSONL file, as any other program may; returns `files/x`. */
export async function uploadLines({ emulator }: Stage, lines: object[]): Promise<string> {
	const part = (type: string, body: string) => `--b\r\ncontent-type: ${type}\r\n\r\n${body}\r\n`;
	const jsonl = lines.map((line) => JSON.stringify(line)).join('\n');
	const response = await fetch(`${emulator.url}/upload/v1beta/files?uploadType=multipart`, {
		method: 'POST',
		headers: { 'x-goog-api-key': API_KEY, 'content-type': 'multipart/related; boundary=b' },
		body: `${part('application/json', '{"file":{}}')}${part('application/jsonl', jsonl)}--b--`,
	});
	const { file } = (await response.json()) as { file: { name: string } };
	return file.name;
}

/** Starts a batch from an input file, so that its results come in an output file; returns its name. */
export async function startFileBatch(stage: Stage, lines: object[]): Promise<string> {
	const fileName = await uploadLines(stage, lines);
	const response = await fetch(
		`${stage.emulator.url}/v1beta/models/gemini-3.8-flash:batchGenerateContent`,
		{
			method: 'POST',
			headers: { 'x-goog-api-key': API_KEY },
			body: JSON.stringify({ batch: { displayName: 'by file', inputConfig: { fileName } } }),
		},
	);
	const { name } = (await response.json()) as { name: string };
	return name;
}

/** The same, over; with `results` in place of the emulator's own. */
export async function finishedFileBatch(
	stage: Stage,
	keys: Array<string | undefined>,
	results?: BatchResult[],
): Promise<string> {
	const name = await startFileBatch(
		stage,
		keys.map((key) => requestLine(key, `about ${key}`)),
	);
	stage.emulator.jobs.complete(name, results ? { results } : {});
	return name;
}
