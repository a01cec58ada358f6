import type { INodeProperties } from 'n8n-workflow';

const FOR_ITEMS = { show: { '/source': ['items'] } };
const FOR_TEXT = { show: { '/source': ['items'], '/kind': ['text'] } };
const FOR_IMAGES = { show: { '/source': ['items'], '/kind': ['image'] } };
const FOR_VECTORS = { show: { '/source': ['items'], '/kind': ['embeddings'] } };

/** Options of each request that is made from an item, besides how the model chooses its words. */
export const requestOptions: INodeProperties[] = [
	{
		displayName: 'Additional Request Fields (JSON)',
		name: 'requestFields',
		type: 'json',
		default: '',
		displayOptions: FOR_ITEMS,
		placeholder: 'e.g. { "generationConfig": { "mediaResolution": "MEDIA_RESOLUTION_LOW" } }',
		description:
			"Fields of the API's request that this node has no option for; merged into each item's request. Lists take the place of the node's own.",
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		default: '1:1',
		displayOptions: FOR_IMAGES,
		description: 'Shape of the images, width to height; not every model takes every ratio',
		options: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'].map(
			(ratio) => ({ name: ratio, value: ratio }),
		),
	},
	{
		displayName: 'Binary Fields',
		name: 'binaryFields',
		type: 'string',
		default: 'data',
		displayOptions: FOR_ITEMS,
		placeholder: 'e.g. data, photo',
		description:
			"The item's binary fields that go along with the prompt: images, PDF, audio or video. Separate several by commas, or enter * for all there are. Small files are put into the request, larger ones are uploaded to Google for 48 hours.",
	},
	{
		displayName: 'Dimensions',
		name: 'outputDimensionality',
		type: 'number',
		default: 768,
		typeOptions: { minValue: 1 },
		displayOptions: FOR_VECTORS,
		description: 'How many numbers each embedding has; fewer take less space',
	},
	{
		displayName: 'Files at Google',
		name: 'remoteFiles',
		type: 'string',
		default: '',
		displayOptions: FOR_ITEMS,
		placeholder: 'e.g. files/p1mds9fl15bs',
		description:
			'Uploaded files that go along with the prompt, by name or address; separate several by commas',
	},
	{
		displayName: 'Image Size',
		name: 'imageSize',
		type: 'options',
		default: '1K',
		displayOptions: FOR_IMAGES,
		description: 'About how many pixels the longer side has; not every model takes every size',
		options: ['1K', '2K', '4K'].map((size) => ({ name: size, value: size })),
	},
	{
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'json',
		default: '',
		displayOptions: FOR_TEXT,
		placeholder: 'e.g. { "type": "object", "properties": { "mood": { "type": "string" } } }',
		description: "Makes the model answer in JSON of this schema; the result is in 'data'",
	},
	{
		displayName: 'Key',
		name: 'key',
		type: 'string',
		default: '',
		displayOptions: FOR_ITEMS,
		placeholder: 'e.g. {{ $json.sku }}',
		description:
			"Joins each result to its item. Every item needs its own; without it, the item's index is used.",
	},
	{
		displayName: 'Task',
		name: 'taskType',
		type: 'options',
		default: 'SEMANTIC_SIMILARITY',
		displayOptions: FOR_VECTORS,
		description:
			'What the embeddings are for. Newer models, such as gemini-embedding-2, read it from the text instead.',
		options: [
			{ name: 'Classification', value: 'CLASSIFICATION' },
			{ name: 'Clustering', value: 'CLUSTERING' },
			{ name: 'Code Retrieval Query', value: 'CODE_RETRIEVAL_QUERY' },
			{ name: 'Fact Verification', value: 'FACT_VERIFICATION' },
			{ name: 'Question Answering', value: 'QUESTION_ANSWERING' },
			{ name: 'Retrieval Document', value: 'RETRIEVAL_DOCUMENT' },
			{ name: 'Retrieval Query', value: 'RETRIEVAL_QUERY' },
			{ name: 'Semantic Similarity', value: 'SEMANTIC_SIMILARITY' },
		],
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '',
		displayOptions: FOR_VECTORS,
		placeholder: 'e.g. {{ $json.title }}',
		description: "The title of the text; only with the 'Task' Retrieval Document",
	},
];
