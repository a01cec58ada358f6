/** Every node in n8n's node creator, and the form of each of its operations. */
import { NodeHelpers } from 'n8n-workflow';
import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { openEditorStage } from '../support/editorStage.mts';
import type { EditorStage } from '../support/editorStage.mts';
import { eventually } from '../support/http.mts';
import type { NodePanel } from '../support/nodePanel.mts';

jest.setTimeout(120_000);

interface NodeRow {
	type: string;
	version: number;
	name: string;
	/** In the node creator, which puts a trigger and the node of the same name into one entry. */
	entry?: string;
	/** What a user may type who looks for it. */
	words: string[];
}

const NODES: NodeRow[] = [
	{
		type: 'geminiBatch',
		version: 1,
		name: 'Gemini Batch',
		words: ['gemini', 'batch', 'async'],
	},
	{
		type: 'geminiInteraction',
		version: 1,
		name: 'Gemini Interaction',
		words: ['deep research', 'agent', 'async'],
	},
	{
		type: 'geminiVideo',
		version: 1,
		name: 'Gemini Video',
		words: ['video', 'veo', 'async'],
	},
	{
		type: 'geminiWebhook',
		version: 1,
		name: 'Gemini Webhook',
		words: ['webhook', 'signing secret', 'reconcile'],
	},
	{
		type: 'geminiWebhookTrigger',
		version: 2,
		name: 'Gemini Webhook Trigger',
		entry: 'Gemini Webhook',
		words: ['batch', 'deep research', 'Gemini Webhook Trigger'],
	},
];
const PACKAGE = 'n8n-nodes-gemini-webhooks';

let stage: EditorStage;

beforeAll(async () => {
	stage = await openEditorStage();
}, 300_000);

afterEach(async () => {
	await stage.editor.keepPicture(expect.getState().currentTestName!);
	expect(stage.editor.takeErrors()).toEqual([]);
});

afterAll(async () => {
	await stage?.close();
});

/** The description as the editor gets it from n8n. */
async function descriptionOf({ type, version }: NodeRow): Promise<INodeTypeDescription> {
	const description = await stage.api.nodeType(`${PACKAGE}.${type}`, version);
	return description as unknown as INodeTypeDescription;
}

/** What a field offers to choose from, without the "Custom API Call" that n8n adds. */
const choicesOf = ({ options = [] }: INodeProperties) =>
	(options as Array<{ name: string; value: string; action?: string }>).filter(
		({ value }) => value !== '__CUSTOM_API_CALL__',
	);

describe('the node creator', () => {
	beforeAll(async () => {
		await stage.editor.newWorkflow();
	}, 60_000);

	test.each(NODES)('finds $name by $words, and shows its icon and actions', async (node) => {
		const { properties } = await descriptionOf(node);
		const actions = properties
			.filter(({ name }) => name === 'operation')
			.flatMap(choicesOf)
			.map(({ action }) => action);
		for (const words of node.words) {
			const details = await stage.editor.nodeDetails(words, node.entry ?? node.name);
			expect(details).toMatchObject({ iconLoaded: true });
			expect(details.actions).toEqual(expect.arrayContaining(actions));
		}
	});
});

describe('the form', () => {
	beforeAll(async () => {
		const nodes = NODES.map(({ name, type, version }, index) => ({
			name,
			type: `${PACKAGE}.${type}`,
			typeVersion: version,
			position: [index * 200, 0] as [number, number],
			parameters: {},
			credentials: { geminiWebhooksApi: { id: '', name: '' } },
		}));
		const id = await stage.save({ name: 'All nodes', nodes, connections: {} });
		await stage.editor.openWorkflow(id);
	}, 60_000);

	test.each(NODES)('of every operation of $name shows its fields', async (node) => {
		const { editor } = stage;
		const description = await descriptionOf(node);
		const panel = await editor.openNode(node.name);
		try {
			for (const operation of operationsOf(description)) {
				for (const [field, { label }] of Object.entries(operation)) {
					await panel.choose(labelOf(description, field), label);
				}
				await expectForm(panel, description, node, operation);
			}
		} finally {
			await panel.close();
		}
	});
});

type Operation = Record<string, { label: string; value: string }>;

/** Every resource with each of its operations; one empty choice when the node has neither. */
function operationsOf({ properties }: INodeTypeDescription): Operation[] {
	const resources = properties.filter(({ name }) => name === 'resource').flatMap(choicesOf);
	const operationFields = properties.filter(({ name }) => name === 'operation');
	if (operationFields.length === 0) return [{}];
	return operationFields.flatMap((field) => {
		const [resource] = (field.displayOptions?.show?.resource ?? []) as string[];
		const chosen = resources.find(({ value }) => value === resource);
		return choicesOf(field).map(({ name, value }) => ({
			...(chosen ? { resource: { label: chosen.name, value: chosen.value } } : {}),
			operation: { label: name, value },
		}));
	});
}

const labelOf = ({ properties }: INodeTypeDescription, field: string) =>
	properties.find(({ name }) => name === field)!.displayName;

/** Compares what shows with what n8n's own rules say, given the node's description. */
async function expectForm(
	panel: NodePanel,
	description: INodeTypeDescription,
	{ version: typeVersion }: NodeRow,
	operation: Operation,
) {
	const chosen = Object.fromEntries(
		Object.entries(operation).map(([field, { value }]) => [field, value]),
	);
	const { properties } = description;
	const node = { typeVersion };
	const values = NodeHelpers.getNodeParameters(properties, chosen, true, false, node, description);
	const shown = properties.filter((property) =>
		NodeHelpers.displayParameter(values as INodeParameters, property, node, description),
	);
	const labels = (...types: string[]) =>
		shown.filter(({ type }) => types.includes(type)).map(({ displayName }) => displayName);
	const texts = shown
		.filter(({ type }) => !['notice', 'hidden'].includes(type))
		.map(({ displayName }) => displayName);
	expect(texts.length).toBeGreaterThan(Object.keys(operation).length);
	// The form follows a choice after a moment.
	await eventually(async () => {
		expect(await panel.fields()).toEqual(texts);
		expect(await panel.notices()).toEqual(labels('notice'));
		return true;
	});
	for (const { options, type } of shown) {
		if (type !== 'collection') continue;
		const addable = (options as INodeProperties[])
			.filter((option) =>
				NodeHelpers.displayParameter({}, option, node, description, values as INodeParameters),
			)
			.map((option) => option.displayName);
		// A single option has no list: the button adds it.
		if (addable.length > 1) {
			await expect(panel.addableOptions()).resolves.toEqual(addable);
		}
	}
}
