import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
	NodeHelpers,
	type IDataObject,
	type INode,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { batchParameters, Stage } from './support/stage.mts';
import { startParameters } from './support/interactions.mts';
import { SCENES, videoParameters } from './support/video.mts';
import {
	BATCH,
	INTERACTION,
	line,
	loadWorkflow,
	node,
	nodeTypes,
	TRIGGER,
	VIDEO,
	WEBHOOK,
} from './support/workflow.mts';

/** What the editor makes of the nodes' descriptions, asked the way the editor asks. */

const ACTIONS = [BATCH, INTERACTION, VIDEO, WEBHOOK];
const ALL = [...ACTIONS, TRIGGER];
const descriptionOf = (type: string): INodeTypeDescription => nodeTypes[type].description;

/** The choices of the field 'Operation', with the resource they belong to. */
const operationsOf = (type: string) =>
	descriptionOf(type)
		.properties.filter(({ name }) => name === 'operation')
		.flatMap(({ options = [], displayOptions }) =>
			(options as INodePropertyOptions[]).map(({ value }) => ({
				operation: String(value),
				resource: displayOptions?.show?.resource?.[0] as string | undefined,
			})),
		);

/** Evaluates a text of the description for a node with these parameters. */
function shown(
	type: string,
	text: string,
	parameters: INode['parameters'],
	more: IDataObject = {},
): unknown {
	const workflow = loadWorkflow(line(node('It', type, parameters)));
	return workflow.expression.getSimpleParameterValue(
		workflow.getNode('It')!,
		text,
		'internal',
		more,
	);
}

/** Every field, those of collections and lists of choices included, and where it is. */
function* fieldsOf(
	properties: Array<INodeProperties | INodePropertyOptions | INodePropertyCollection>,
	where: string,
): Generator<{ field: INodeProperties; at: string }> {
	for (const one of properties) {
		const at = `${where} › ${'displayName' in one ? one.displayName : one.name}`;
		if ('type' in one) yield { field: one, at };
		if ('values' in one) yield* fieldsOf(one.values, at);
		if ('type' in one && one.options) yield* fieldsOf(one.options, at);
		if ('type' in one && one.modes) yield* fieldsOf(one.modes as INodeProperties[], at);
	}
}

const fields = ALL.flatMap((type) => [
	...fieldsOf(descriptionOf(type).properties, descriptionOf(type).displayName),
]);

describe.each(ACTIONS)('%s', (type) => {
	const { usableAsTool, subtitle = '', icon, name } = descriptionOf(type);

	test('can be the tool of an AI agent', () => {
		expect(usableAsTool).toBe(true);
	});

	test('says below its name in words what it does', () => {
		const thing = name.replace('gemini', '').toLowerCase();
		for (const { operation, resource } of operationsOf(type)) {
			const words = shown(type, subtitle, { operation, ...(resource ? { resource } : {}) });
			expect(words).toMatch(/^[a-z]+( [a-z]+)*: [a-z]+$/);
			expect(String(words).split(': ')).toEqual([
				operation.replace(/[A-Z]/g, ' $&').toLowerCase(),
				resource ?? thing,
			]);
		}
	});

	test('has an icon for each colour scheme', () => {
		const { light, dark } = icon as { light: string; dark: string };
		expect(light).not.toBe(dark);
		const folder = path.resolve(import.meta.dirname, '../../nodes', 'GeminiBatch');
		for (const file of [light, dark]) {
			expect(readFileSync(path.join(folder, file.replace('file:', '')), 'utf8')).toMatch(/^<svg/);
		}
	});
});

describe('while it waits', () => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
	});
	afterAll(() => stage.close());

	const items = (count: number) => Array.from({ length: count }, () => SCENES[0]);

	/** The tooltip as n8n 2.41's editor evaluates it: with the URL that the node has noted. */
	async function tooltipOf(type: string, parameters: INode['parameters'], count: number) {
		stage.reset();
		const definition = line(node('Start', 'passThrough'), node('It', type, parameters));
		const execution = await stage.execution(definition).start(items(count));
		expect(execution.status).toBe('waiting');
		const resumeUrl = execution.runsOf('It')[0].metadata?.resumeUrl ?? '';
		const text = descriptionOf(type).waitingNodeTooltip!;
		return shown(type, text, parameters, { $execution: { resumeUrl } });
	}
	const only = () => stage.emulator.jobs.list()[0].name.replace('interactions/', '');

	test.each([
		[BATCH, batchParameters({ prompt: 'x' }), 'the batch is running'],
		[VIDEO, videoParameters(), 'the video is being made'],
		[INTERACTION, startParameters({ prompt: 'x' }), 'the interaction is running'],
	])('%s names the one job', async (type, parameters, words) => {
		const text = await tooltipOf(type, parameters, 1);
		expect(text).toBe(`Waiting for Google's webhook: ${words} (${only()})`);
	});

	test.each([
		[VIDEO, videoParameters(), '5 videos are being made'],
		[INTERACTION, startParameters({ prompt: 'x' }), '5 interactions are running'],
	])('%s says how many jobs there are', async (type, parameters, words) => {
		const text = await tooltipOf(type, parameters, 5);
		expect(text).toBe(`Waiting for Google's webhook: ${words}`);
	});

	test.each([BATCH, VIDEO, INTERACTION])('%s says enough without knowing more', (type) => {
		const text = descriptionOf(type).waitingNodeTooltip!;
		const resumeUrl = 'http://localhost:5678/webhook-waiting/7/gemini-job';
		expect(shown(type, text, {}, { $execution: { resumeUrl } })).toMatch(
			/^Waiting for Google's webhook: the \w+ is [a-z ]+$/,
		);
	});
});

describe('notices', () => {
	/** The notices that the editor shows for these parameters. */
	const noticesOf = (type: string, parameters: INode['parameters'], name?: string): string =>
		descriptionOf(type)
			.properties.filter((property) => {
				const description = { ...descriptionOf(type), ...(name ? { name } : {}) };
				const it = node('It', type, parameters);
				return (
					property.type === 'notice' &&
					NodeHelpers.displayParameter(parameters, property, it, description)
				);
			})
			.map(({ displayName }) => displayName)
			.join('\n');

	const PAYING: Array<[string, INode['parameters']]> = [
		[BATCH, { operation: 'start' }],
		[VIDEO, { operation: 'generate' }],
		[INTERACTION, { operation: 'start', run: 'model' }],
		[INTERACTION, { operation: 'start', run: 'agent' }],
		[INTERACTION, { operation: 'respond' }],
	];

	test.each(PAYING)('%s %j says that money is spent', (type, parameters) => {
		expect(noticesOf(type, parameters)).toMatch(/Google charges/);
	});

	test.each(PAYING)('%s %j says when the project hears nothing', (type, parameters) => {
		for (const whenDone of ['continueHere', 'startWorkflow']) {
			expect(noticesOf(type, { ...parameters, whenDone })).toMatch(
				/in place of the project's webhooks/,
			);
		}
		for (const whenDone of ['projectWebhooks', 'nothing']) {
			expect(noticesOf(type, { ...parameters, whenDone })).not.toMatch(/in place of/);
		}
	});

	test.each(PAYING)('%s %j tells that a tool does not wait', (type, parameters) => {
		const waiting = { ...parameters, whenDone: 'continueHere' };
		expect(noticesOf(type, waiting)).not.toMatch(/AI agent/);
		expect(noticesOf(type, waiting, 'itTool')).toMatch(
			/AI agent waits for the answer of its tools/,
		);
	});

	test('nothing else says so', () => {
		for (const type of ACTIONS) {
			for (const { operation, resource } of operationsOf(type)) {
				const isPaying = PAYING.some(
					([paying, parameters]) => paying === type && parameters.operation === operation,
				);
				const parameters = { operation, ...(resource ? { resource } : {}) };
				expect(/Google charges/.test(noticesOf(type, parameters))).toBe(isPaying);
			}
		}
	});
});

describe("n8n's rules that its linter does not check everywhere", () => {
	const lists = fields.filter(
		({ field: { options = [], type, name } }) =>
			options.length > 1 &&
			type !== 'fixedCollection' &&
			// Shapes and sizes are no words.
			!['aspectRatio', 'imageSize'].includes(name),
	);

	test.each(lists)('$at: the list is in alphabetical order', ({ field: { options = [] } }) => {
		const names = options
			.map((one) => ('displayName' in one ? one.displayName : one.name))
			// The rest of all comes at the end.
			.filter((name) => name !== 'Any Other Event');
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
	});

	test('placeholders begin with "e.g." or name what is added', () => {
		for (const { field, at } of fields) {
			if (!field.placeholder) continue;
			expect(`${at}: ${field.placeholder}`).toMatch(
				/collection$/i.test(field.type) ? /: Add / : /: e\.g\. /,
			);
		}
	});

	test('descriptions of switches begin with "Whether"', () => {
		for (const { field, at } of fields) {
			if (field.type !== 'boolean') continue;
			expect(`${at}: ${field.description}`).toMatch(/: Whether /);
		}
	});

	test('what decides on other fields takes no expression', () => {
		for (const { field } of fields) {
			if (!['operation', 'resource', 'whenDone', 'listenTo'].includes(field.name)) continue;
			expect(field.noDataExpression).toBe(true);
		}
	});
});
