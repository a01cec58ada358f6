import type { Json } from '../shared/json';
import type { Family } from './models';
import type { Role, Settings, Task, VideoRequest } from './request';

/** Something to correct before anything is sent. */
export interface Objection {
	message: string;
	description: string;
}

/** The settings as the editor names them. */
const NAMES: Record<keyof Settings, string> = {
	aspectRatio: 'Aspect Ratio',
	duration: 'Duration (Seconds)',
	negativePrompt: 'Negative Prompt',
	numberOfVideos: 'Number of Videos',
	personGeneration: 'Person Generation',
	resolution: 'Resolution',
};

const TASK_NAMES: Record<Task, string> = {
	edit: 'Edit',
	extend: 'Extend',
	firstAndLastFrame: 'First and Last Frame',
	imageToVideo: 'Image to Video',
	referenceImages: 'Reference Images',
	textToVideo: 'Text to Video',
};

/** The values that a setting takes, or the whole numbers from and to. */
type Range = string[] | number[] | { from: number; to: number };

const ASPECT_RATIOS = ['16:9', '9:16'];

/**
 * The settings of each family. Sources: https://ai.google.dev/gemini-api/docs/omni, the types of Google's SDK 3.1.0
 * (Omni), and https://github.com/google-gemini/cookbook/blob/main/quickstarts/Get_started_Veo.ipynb (Veo).
 */
const RANGES: Record<Family, Partial<Record<keyof Settings, Range | 'any'>>> = {
	omni: {
		aspectRatio: ASPECT_RATIOS,
		duration: { from: 3, to: 10 },
		resolution: ['360p', '720p', '1080p', '4k'],
	},
	veo: {
		aspectRatio: ASPECT_RATIOS,
		duration: [4, 6, 8],
		negativePrompt: 'any',
		numberOfVideos: { from: 1, to: 4 },
		personGeneration: ['allow_adult', 'allow_all', 'dont_allow'],
		resolution: ['720p', '1080p', '4k'],
	},
};

/** Fields that this node must set itself, or the job would be lost: where the end is reported, and that it is kept. */
const OWN_FIELDS = [
	'background',
	'model',
	'previous_interaction_id',
	'store',
	'stream',
	'webhookConfig',
	'webhook_config',
];

const MOST_VEO_REFERENCES = 3;

function fits(value: string | number, range: Range | 'any'): boolean {
	if (range === 'any') return true;
	if (Array.isArray(range)) return (range as unknown[]).includes(value);
	return Number.isInteger(value) && Number(value) >= range.from && Number(value) <= range.to;
}

function inWords(range: Range | 'any'): string {
	if (range === 'any') return '';
	return Array.isArray(range)
		? range.join(', ')
		: `a whole number from ${range.from} to ${range.to}`;
}

function objectionToSetting(
	{ family, model }: VideoRequest,
	name: keyof Settings,
	value: string | number,
): Objection | undefined {
	const range = RANGES[family][name];
	if (range === undefined) {
		const instead =
			name === 'negativePrompt' ? " Say in the 'Prompt' what the video must not show." : '';
		return {
			message: `The model ${model} does not take '${NAMES[name]}'`,
			description: `Remove this option.${instead}`,
		};
	}
	if (fits(value, range)) return undefined;
	return {
		message: `'${NAMES[name]}' is ${value}, which the model ${model} does not take`,
		description: `It takes ${inWords(range)}.`,
	};
}

function objectionToCombination({ family, task, settings }: VideoRequest): Objection | undefined {
	if (family !== 'veo') return undefined;
	if (task === 'extend' && settings.resolution !== undefined && settings.resolution !== '720p') {
		return {
			message: `Veo extends videos at 720p only, and 'Resolution' is ${settings.resolution}`,
			description: 'Choose 720p, or remove this option.',
		};
	}
	if (task === 'referenceImages' && settings.aspectRatio === '9:16') {
		return {
			message: "Veo takes reference images at 16:9 only, and 'Aspect Ratio' is 9:16",
			description: 'Choose 16:9, or remove this option.',
		};
	}
	return undefined;
}

function objectionToMore(more: Json): Objection | undefined {
	const own = Object.keys(more).find((name) => OWN_FIELDS.includes(name));
	if (own === undefined) return undefined;
	return {
		message: `'Additional Request Fields (JSON)' must not hold '${own}': this node sets it itself`,
		description: 'Remove it there, and use the fields of the node.',
	};
}

/** @returns the first thing that is wrong with a request, undefined when it can be sent */
export function objectionTo(request: VideoRequest): Objection | undefined {
	const { family, model, task, prompt, settings, more } = request;
	if (prompt.trim() === '') {
		return {
			message: "The 'Prompt' is empty",
			description: 'Fill the field, or filter such items out before this node.',
		};
	}
	if (family === 'veo' && task === 'edit') {
		return {
			message: `The model ${model} cannot do '${TASK_NAMES.edit}'`,
			description: 'Choose a Gemini Omni model, or another task.',
		};
	}
	for (const [name, value] of Object.entries(settings)) {
		const objection = objectionToSetting(request, name as keyof Settings, value as string | number);
		if (objection) return objection;
	}
	return objectionToCombination(request) ?? objectionToMore(more);
}

/** @returns an objection to the number of reference images, undefined when it is fine */
export function objectionToCount(
	{ family, model, task }: VideoRequest,
	roles: Role[],
): Objection | undefined {
	if (task !== 'referenceImages') return undefined;
	if (roles.length === 0) {
		return {
			message: "No 'Reference Images' are given",
			description: 'Name at least one binary field of the item, or a file of the Files API.',
		};
	}
	if (family === 'veo' && roles.length > MOST_VEO_REFERENCES) {
		return {
			message: `'Reference Images' are ${roles.length}, and the model ${model} takes ${MOST_VEO_REFERENCES}`,
			description: 'Leave some out.',
		};
	}
	return undefined;
}
