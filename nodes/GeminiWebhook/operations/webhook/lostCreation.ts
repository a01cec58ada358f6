import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import { json } from '../../../shared/json';
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

/** Milliseconds before each look for a webhook, as Google's list may not show it at once. */
const LOOKS = [0, 1000, 2000];

const normal = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);

/** Whether a webhook is what a creation with this name and URL makes. */
export const isTwin = (webhook: ProjectWebhook, { name, url }: Intended): boolean =>
	webhook.name === name && normal(webhook.uri) === normal(url);

const keyOf = ({ name, url }: Intended): string => `${normal(url)} ${name}`;

/** The creations of this execution whose outcome nobody knows; n8n keeps them for an attempt that follows. */
function unknownCreations(context: IExecuteFunctions): string[] {
	const { execution, keys } = json(context.getContext('node').unknownCreations);
	return execution === context.getExecutionId() && Array.isArray(keys) ? keys.map(String) : [];
}

function notKnown(context: IExecuteFunctions, { name, url }: Intended, why: string, index: number) {
	return new NodeOperationError(
		context.getNode(),
		`It is not known whether the webhook '${name}' was created`,
		{
			itemIndex: index,
			description: `${why} It is not created again. Look for ${url} with 'Get Many': if it is there, use 'Rotate Signing Secret' to get its secret; if not, execute the workflow anew.`,
		},
	);
}

/** @throws NodeOperationError when an earlier attempt of this execution may have created the webhook after all */
export function refuseIfUnknown(
	context: IExecuteFunctions,
	intended: Intended,
	index: number,
): void {
	if (!unknownCreations(context).includes(keyOf(intended))) return;
	throw notKnown(context, intended, 'The answer to an earlier attempt was lost.', index);
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

/**
 * Finds out what became of a creation whose answer was lost, and what the user has to do. A webhook without its
 * secret is of no use, so there is an error either way.
 *
 * @param known the ids of the webhooks that were there before
 */
export async function explainLostCreation(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ intended, known, failure, index }: LostCreation,
): Promise<NodeOperationError> {
	const node = context.getNode();
	const { message } = failure;
	try {
		const found = await findPatiently(
			client,
			(webhook) => !known.includes(webhook.id) && isTwin(webhook, intended),
		);
		if (found) {
			return new NodeOperationError(
				node,
				`The webhook ${nameAndId(found)} was created, but its signing secret got lost on the way`,
				{ itemIndex: index, description: `${message}. ${howToRecover(found)}` },
			);
		}
	} catch (error) {
		if (!(error instanceof GeminiApiError)) throw error as Error;
	}
	context.getContext('node').unknownCreations = {
		execution: context.getExecutionId(),
		keys: [...unknownCreations(context), keyOf(intended)],
	};
	return notKnown(context, intended, `${message}.`, index);
}

interface LostCreation {
	intended: Intended;
	known: string[];
	failure: GeminiApiError;
	index: number;
}
