import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import { entryOf, json, type Json } from '../../../shared/json';
import type { GeminiClient } from '../../../shared/gemini/client';
import { GeminiApiError } from '../../../shared/gemini/errors';
import { listWebhooks, type ProjectWebhook } from '../../../shared/gemini/webhooks';
import { nameAndId } from '../../item';
import { howToRecover } from './newSecrets';

/** What was to be created. */
interface Intended {
	name: string;
	url: string;
}

export interface LostCreation {
	intended: Intended;
	/** The ids of the webhooks that were there before. */
	known: string[];
	/** Why there is no answer. */
	failure: GeminiApiError;
	index: number;
}

/** Milliseconds before each look for a webhook, as Google's list may not show it at once. */
const LOOKS = [0, 1000, 2000];

const normal = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);

/** Whether a webhook is what a creation with this name and URL makes. */
export const isTwin = (webhook: ProjectWebhook, { name, url }: Intended): boolean =>
	webhook.name === name && normal(webhook.uri) === normal(url);

const keyOf = ({ name, url }: Intended): string => `${normal(url)} ${name}`;

/** What is to be told about the creations of this execution whose answers were lost; n8n keeps it for a retry. */
function lostCreations(context: IExecuteFunctions): Record<string, Json> {
	const { execution, told } = json(context.getContext('node').lostCreations);
	return execution === context.getExecutionId() ? (json(told) as Record<string, Json>) : {};
}

/**
 * With 'Retry On Fail' n8n runs the node again at once. What may have been created is not created again.
 *
 * @throws NodeOperationError when the answer to an earlier attempt of this execution was lost
 */
export function refuseIfLost(context: IExecuteFunctions, intended: Intended, index: number): void {
	const told = entryOf(lostCreations(context), keyOf(intended));
	if (!told) return;
	throw new NodeOperationError(context.getNode(), String(told.message), {
		itemIndex: index,
		description: String(told.description),
	});
}

async function findPatiently(
	client: GeminiClient,
	isIt: (webhook: ProjectWebhook) => boolean,
): Promise<ProjectWebhook | undefined> {
	for (const pause of LOOKS) {
		await sleep(pause);
		const found = (await listWebhooks(client)).find(isIt);
		if (found) return found;
	}
	return undefined;
}

/** The webhook that the creation made; undefined when there is no trace of it, or the list can't be read. */
async function findCreated(
	client: GeminiClient,
	{ intended, known }: LostCreation,
): Promise<ProjectWebhook | undefined> {
	try {
		return await findPatiently(
			client,
			(webhook) => !known.includes(webhook.id) && isTwin(webhook, intended),
		);
	} catch (error) {
		if (!(error instanceof GeminiApiError)) throw error as Error;
		return undefined;
	}
}

/**
 * Finds out what became of a creation whose answer was lost, and what the user has to do. A webhook without its
 * secret is of no use, so there is an error either way.
 */
export async function explainLostCreation(
	context: IExecuteFunctions,
	client: GeminiClient,
	lost: LostCreation,
): Promise<NodeOperationError> {
	const { intended, failure, index } = lost;
	const { name, url } = intended;
	const found = await findCreated(client, lost);
	const message = found
		? `The webhook ${nameAndId(found)} was created, but its signing secret got lost on the way`
		: `It is not known whether the webhook '${name}' was created`;
	const todo = found
		? howToRecover(found)
		: `It is not created again. Look for ${url} with 'Get Many': if it is there, use 'Rotate Signing Secret' to get its secret; if not, execute the workflow anew.`;
	const description = `${failure.message}. ${todo}`;
	context.getContext('node').lostCreations = {
		execution: context.getExecutionId(),
		told: { ...lostCreations(context), [keyOf(intended)]: { message, description } },
	};
	return new NodeOperationError(context.getNode(), message, { itemIndex: index, description });
}
