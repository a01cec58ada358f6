/** The output schemas that the editor shows: what a user can drag into an expression must work there. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isSafeObjectProperty } from 'n8n-workflow';

const NODES = resolve(import.meta.dirname, '..', '..', 'nodes');
const files = (readdirSync(NODES, { recursive: true }) as string[])
	.filter((file) => /__schema__.*\.json$/.test(file))
	.sort();

interface Schema {
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** The names of all fields, however deep. */
const namesIn = ({ properties = {}, items }: Schema): string[] => [
	...Object.entries(properties).flatMap(([name, schema]) => [name, ...namesIn(schema)]),
	...(items ? namesIn(items) : []),
];

test('there are some', () => {
	expect(files.length).toBeGreaterThan(20);
});

test.each(files)('%s has no field that n8n keeps from expressions', (file) => {
	const schema = JSON.parse(readFileSync(resolve(NODES, file), 'utf8')) as Schema;
	const names = namesIn(schema);
	expect(names).not.toEqual([]);
	expect(names.filter((name) => !isSafeObjectProperty(name))).toEqual([]);
});
