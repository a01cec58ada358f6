import type { INodeProperties } from 'n8n-workflow';

import { deduplicationWhenWaiting } from '../../shared/dedupe/option';
import { allowJwtWhenWaiting, metadataOption } from '../../shared/jobs/jobOptions';

// `show`, not `hide`: for a model that comes from an expression, n8n then shows everything.
const ONLY_VEO: INodeProperties['displayOptions'] = {
	show: { '/model': [{ _cnd: { includes: 'veo' } }] },
};

/** The options of 'Generate'. What isn't added isn't sent, so that the model's own default holds. */
export const generateOptions: INodeProperties[] = [
	{
		displayName: 'Additional Request Fields (JSON)',
		name: 'additionalFields',
		type: 'json',
		default: '',
		placeholder: 'e.g. { "response_format": { "frame_rate": 30 } }',
		description:
			"Is merged into the request that goes to Google, and wins over the node's fields: for what the API adds next",
	},
	allowJwtWhenWaiting,
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		default: '16:9',
		options: [
			{ name: 'Landscape (16:9)', value: '16:9' },
			{ name: 'Portrait (9:16)', value: '9:16' },
		],
	},
	deduplicationWhenWaiting,
	{
		displayName: 'Duration (Seconds)',
		name: 'duration',
		type: 'number',
		default: 8,
		typeOptions: { minValue: 3, maxValue: 10 },
		description: 'How long the video gets. Omni: 3 to 10. Veo: 4, 6 or 8.',
	},
	metadataOption,
	{
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		type: 'string',
		default: '',
		placeholder: 'e.g. cartoon, low quality',
		description: 'What the video must not show. Veo only: tell Omni in the prompt.',
		displayOptions: ONLY_VEO,
	},
	{
		displayName: 'Number of Videos',
		name: 'numberOfVideos',
		type: 'number',
		default: 1,
		typeOptions: { minValue: 1, maxValue: 4 },
		description: 'How many videos one job makes; each is charged. Veo only, and Veo 3 takes 1.',
		displayOptions: ONLY_VEO,
	},
	{
		displayName: 'Person Generation',
		name: 'personGeneration',
		type: 'options',
		default: 'allow_adult',
		options: [
			{ name: 'Adults', value: 'allow_adult' },
			{ name: 'Everybody', value: 'allow_all' },
			{ name: 'Nobody', value: 'dont_allow' },
		],
		description:
			'Which people the video may show; what is allowed depends on the region. Veo only.',
		displayOptions: ONLY_VEO,
	},
	{
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		default: '720p',
		options: [
			{ name: '1080p', value: '1080p' },
			{
				name: '360p',
				value: '360p',
				description: 'For drafts. Omni only.',
				displayOptions: { show: { '/model': [{ _cnd: { includes: 'omni' } }, ''] } },
			},
			{ name: '4K', value: '4k' },
			{ name: '720p', value: '720p' },
		],
		description: 'The higher, the dearer and the slower',
	},
];
