import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'corpus');

const fileOf = (target: string): string => join(FOLDER, `${target}.jsonl`);

/** The inputs of earlier runs that each reach something new: one a line, every byte a character of a JSON text. */
export function readCorpus(target: string): Buffer[] {
	const file = fileOf(target);
	if (!existsSync(file)) return [];
	const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
	return lines.map((line) => Buffer.from(JSON.parse(line) as string, 'latin1'));
}

export function writeCorpus(target: string, inputs: Buffer[]): void {
	mkdirSync(FOLDER, { recursive: true });
	const lines = inputs.map((input) => `${JSON.stringify(input.toString('latin1'))}\n`);
	writeFileSync(fileOf(target), lines.join(''));
}
