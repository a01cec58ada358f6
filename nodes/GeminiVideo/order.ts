import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { GeminiApiError } from '../shared/gemini/errors';
import { getModel } from '../shared/gemini/models';
import { readJob } from '../shared/jobs/read';
import { hasResults } from '../shared/jobs/types';
import { objectionTo, objectionToCount, type Objection } from './checks';
import { modelOf } from './fields';
import { filmsOf } from './films';
import { checkMedia, type CheckedMedia } from './media';
import { familyOf, isOperation, type Family } from './models';
import { readFields, type MediaField } from './readRequest';
import type { VideoRequest } from './request';

/** What one item asks for, found possible as far as that can be known before it is sent. */
export interface CheckedOrder {
	request: VideoRequest;
	media: CheckedMedia[];
}

const refused = (
	context: IExecuteFunctions,
	itemIndex: number,
	{ message, description }: Objection,
): NodeOperationError =>
	new NodeOperationError(context.getNode(), message, { description, itemIndex });

/** Which models there are and how they make videos, each asked for once. */
export class ModelBook {
	private readonly known = new Map<string, Promise<Family | undefined>>();

	/** @throws GeminiApiError that names the model */
	async family(client: GeminiClient, id: string): Promise<Family | undefined> {
		let found = this.known.get(id);
		if (!found) {
			found = getModel(client, id).then(familyOf);
			this.known.set(id, found);
		}
		return await found;
	}
}

const VEO_ENDED =
	'Google shut the Veo models down on the Gemini API on 2026-10-22. Choose a Gemini Omni model from the list.';

async function checkedFamily(
	context: IExecuteFunctions,
	client: GeminiClient,
	models: ModelBook,
	index: number,
	model: string,
): Promise<Family> {
	let family: Family | undefined;
	try {
		family = await models.family(client, model);
	} catch (error) {
		const isGone = error instanceof GeminiApiError && error.gemini.status === 404;
		if (!isGone || !model.startsWith('veo')) throw error as Error;
		throw refused(context, index, {
			message: `The Gemini API does not offer the model ${model} any more`,
			description: VEO_ENDED,
		});
	}
	if (family) return family;
	throw refused(context, index, {
		message: `The model ${model} cannot make videos`,
		description: "Choose one from the list of 'Model': it shows only those that can.",
	});
}

/** What goes on from an earlier job: an interaction by its name, anything else by its film. */
type Previous = { interaction: string } | { film: MediaField };

async function checkedPrevious(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	family: Family,
	jobId: string,
): Promise<Previous> {
	if (family === 'veo' && !isOperation(jobId)) {
		throw refused(context, index, {
			message: `'Earlier Video Job' is ${jobId}, which a Veo model did not make`,
			description: 'Veo extends its own videos only. Choose a Gemini Omni model.',
		});
	}
	const { job, raw } = await readJob(client, { jobType: 'video', jobId });
	if (!hasResults(job.status)) {
		throw refused(context, index, {
			message: `The 'Earlier Video Job' ${jobId} has no video: its status is '${job.status}'`,
			description: "If it is still running, wait for it with 'Wait'.",
		});
	}
	if (!isOperation(jobId)) return { interaction: jobId };
	const uri = filmsOf(jobId, raw).films.find((film) => film.uri)?.uri ?? '';
	return { film: { role: 'video', label: 'Earlier Video Job', value: uri } };
}

/**
 * Reads and checks what one item asks for. Nothing is uploaded and nothing started.
 *
 * @throws NodeOperationError that names the field; GeminiApiError that names the model, the job or the file
 */
export async function checkedOrder(
	context: IExecuteFunctions,
	client: GeminiClient,
	models: ModelBook,
	index: number,
): Promise<CheckedOrder> {
	const { previousJob, media: fields, ...values } = readFields(context, index);
	const model = modelOf(context, index);
	const family = await checkedFamily(context, client, models, index, model);
	let request: VideoRequest = { ...values, family, model };
	const objection =
		objectionTo(request) ??
		objectionToCount(
			request,
			fields.map(({ role }) => role),
		);
	if (objection) throw refused(context, index, objection);
	const previous =
		previousJob === undefined
			? undefined
			: await checkedPrevious(context, client, index, family, previousJob);
	if (previous && 'interaction' in previous) {
		request = { ...request, previousInteraction: previous.interaction };
	}
	const files = previous && 'film' in previous ? [previous.film] : fields;
	return { request, media: await checkMedia(context, client, index, family, files) };
}
