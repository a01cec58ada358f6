import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Credential, WorkflowDefinition } from './n8nTypes.mts';

const EXAMPLES = resolve(import.meta.dirname, '..', '..', 'examples');
export const CREDENTIAL_TYPE = 'geminiWebhooksApi';
/** Stands in the examples for the user's spreadsheet. */
export const SPREADSHEET_IN_EXAMPLES = 'ID-of-your-spreadsheet-goes-here';
/** Stands in the examples for the address of the n8n that runs them. */
const ADDRESS_IN_EXAMPLES = 'https://n8n.example.com';

/** File names of the example workflows, in the order of their numbers. */
export function exampleFiles(): string[] {
	return readdirSync(EXAMPLES)
		.filter((file) => file.endsWith('.json'))
		.sort((a, b) => parseInt(a) - parseInt(b));
}

/** An example as its file has it. */
export function readExample(file: string): WorkflowDefinition {
	return JSON.parse(readFileSync(resolve(EXAMPLES, file), 'utf8')) as WorkflowDefinition;
}

/**
 * A workflow with this n8n's credentials and address in place of the ones it was saved with: what a user does
 * after importing it.
 *
 * @param credentials one of each type; a credential of any other type stays as it was saved
 * @param address of n8n, without a slash at the end
 */
export function fitIn(
	workflow: WorkflowDefinition,
	credentials: Credential | Credential[],
	address: string,
): WorkflowDefinition {
	const fitted = JSON.parse(
		JSON.stringify(workflow).replaceAll(ADDRESS_IN_EXAMPLES, address),
	) as WorkflowDefinition;
	for (const node of fitted.nodes) {
		for (const { type, id, name } of [credentials].flat()) {
			if (node.credentials?.[type]) node.credentials[type] = { id, name };
		}
	}
	return fitted;
}
