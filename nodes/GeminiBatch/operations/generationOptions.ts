import type { INodeProperties } from 'n8n-workflow';

const FOR_ANSWERS = { show: { '/source': ['items'], '/kind': ['text', 'image'] } };

/** Google's harm categories that the Gemini API filters by: https://ai.google.dev/api/generate-content#HarmCategory */
const CATEGORIES = [
	{ name: 'Dangerous Content', value: 'HARM_CATEGORY_DANGEROUS_CONTENT' },
	{ name: 'Harassment', value: 'HARM_CATEGORY_HARASSMENT' },
	{ name: 'Hate Speech', value: 'HARM_CATEGORY_HATE_SPEECH' },
	{ name: 'Sexually Explicit', value: 'HARM_CATEGORY_SEXUALLY_EXPLICIT' },
];

const THRESHOLDS = [
	{ name: 'Block Low and Above', value: 'BLOCK_LOW_AND_ABOVE' },
	{ name: 'Block Medium and Above', value: 'BLOCK_MEDIUM_AND_ABOVE' },
	{ name: 'Block None', value: 'BLOCK_NONE' },
	{ name: 'Block Only High', value: 'BLOCK_ONLY_HIGH' },
	{ name: 'Off', value: 'OFF' },
];

/** Options for how a model answers, for requests that are made from items. */
export const generationOptions: INodeProperties[] = [
	{
		displayName: 'Maximum Number of Tokens',
		name: 'maxOutputTokens',
		type: 'number',
		default: 8192,
		typeOptions: { minValue: 1 },
		displayOptions: FOR_ANSWERS,
		description: 'How long one answer may get, thoughts of the model included',
	},
	{
		displayName: 'Safety Settings',
		name: 'safetySettings',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add setting',
		typeOptions: { multipleValues: true },
		displayOptions: FOR_ANSWERS,
		description: "How strictly Google's filters look at prompts and answers",
		options: [
			{
				displayName: 'Setting',
				name: 'settings',
				values: [
					{
						displayName: 'Category',
						name: 'category',
						type: 'options',
						default: 'HARM_CATEGORY_DANGEROUS_CONTENT',
						options: CATEGORIES,
					},
					{
						displayName: 'Threshold',
						name: 'threshold',
						type: 'options',
						default: 'BLOCK_MEDIUM_AND_ABOVE',
						options: THRESHOLDS,
					},
				],
			},
		],
	},
	{
		displayName: 'Sampling Temperature',
		name: 'temperature',
		type: 'number',
		default: 1,
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
		displayOptions: FOR_ANSWERS,
		description: 'Lower for more predictable answers, higher for more varied ones',
	},
	{
		displayName: 'Seed',
		name: 'seed',
		type: 'number',
		default: 0,
		displayOptions: FOR_ANSWERS,
		description: 'The same number makes answers to the same prompt more alike',
	},
	{
		displayName: 'Stop Sequences',
		name: 'stopSequences',
		type: 'string',
		default: [],
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		displayOptions: FOR_ANSWERS,
		placeholder: 'e.g. END',
		description: 'Texts at which the model stops; five at most',
	},
	{
		displayName: 'System Instruction',
		name: 'systemInstruction',
		type: 'string',
		default: '',
		typeOptions: { rows: 3 },
		displayOptions: FOR_ANSWERS,
		placeholder: 'e.g. You are a friendly reviewer. Answer in one sentence.',
		description: "How the model should behave with this item's prompt",
	},
	{
		displayName: 'Thinking Budget',
		name: 'thinkingBudget',
		type: 'number',
		default: -1,
		typeOptions: { minValue: -1 },
		displayOptions: FOR_ANSWERS,
		description:
			'How many tokens the model may think for: 0 for none, -1 to leave it to the model. For models without thinking levels.',
	},
	{
		displayName: 'Thinking Level',
		name: 'thinkingLevel',
		type: 'options',
		default: 'LOW',
		displayOptions: FOR_ANSWERS,
		description: 'How thoroughly the model thinks; not every model has every level',
		options: [
			{ name: 'High', value: 'HIGH' },
			{ name: 'Low', value: 'LOW' },
			{ name: 'Medium', value: 'MEDIUM' },
			{ name: 'Minimal', value: 'MINIMAL' },
		],
	},
	{
		displayName: 'Tools',
		name: 'tools',
		type: 'multiOptions',
		default: [],
		displayOptions: FOR_ANSWERS,
		description: 'What the model may use by itself. Google charges some of it apart.',
		options: [
			{
				name: 'Code Execution',
				value: 'codeExecution',
				description: 'Write and run Python for calculations',
			},
			{ name: 'Google Search', value: 'googleSearch', description: 'Look things up' },
			{
				name: 'URL Context',
				value: 'urlContext',
				description: 'Read the web pages whose addresses are in the prompt',
			},
		],
	},
	{
		displayName: 'Top K',
		name: 'topK',
		type: 'number',
		default: 40,
		typeOptions: { minValue: 1 },
		displayOptions: FOR_ANSWERS,
		description: 'From how many of the likeliest words the model chooses the next one',
	},
	{
		displayName: 'Top P',
		name: 'topP',
		type: 'number',
		default: 0.95,
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		displayOptions: FOR_ANSWERS,
		description: 'How much of the probability mass the model chooses its words from',
	},
];
