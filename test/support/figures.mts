/**
 * Figures that a test measured, printed past jest's own reports, so that a person reads them in the command's output
 * and can put them into a document: one line each, `figure: <what>: <number> <name>, <number> <name>`.
 */
export function figures(what: string, numbers: Record<string, number | string>): void {
	const list = Object.entries(numbers).map(([name, value]) => `${value} ${name}`);
	process.stdout.write(`figure: ${what}: ${list.join(', ')}\n`);
}
