import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { signingKey } from '../../../shared/delivery/hmac';
import { asNodeError, forEachItem } from '../../../shared/forEachItem';
import { isToolCall } from '../../../shared/jobs/park';
import type { ProjectWebhook } from '../../../shared/gemini/webhooks';
import { nameAndId } from '../../item';

/** What 'Create' and 'Rotate Signing Secret' have in common: Google tells the new secret once, and never again. */
const KEEP_IT =
	"The signing secret comes out here only, as 'signingSecret', and Google never tells it again. Put it into a credential 'Gemini Webhook Signing Secret' at once. n8n keeps it with the execution's data, too: delete the execution afterwards.";

export const secretNotice: INodeProperties = {
	displayName: KEEP_IT,
	name: 'secretNotice',
	type: 'notice',
	default: '',
};

/** How to come by a secret when the one Google told is lost. */
export const howToRecover = ({ id }: Pick<ProjectWebhook, 'id'>): string =>
	`Use 'Rotate Signing Secret' with the ID ${id} to get a signing secret that you know.`;

interface Made {
	webhook: ProjectWebhook;
	/** The new secret as Google told it. */
	secret: string;
	/** What comes out besides the secret. */
	item: IDataObject;
}

/** @throws NodeOperationError that names the webhook, when deliveries could not be verified with the secret */
function checkUsable(context: IExecuteFunctions, { webhook, secret }: Made, index: number): void {
	if (signingKey(secret)) return;
	throw new NodeOperationError(
		context.getNode(),
		`Google returned no usable signing secret for the webhook ${nameAndId(webhook)}`,
		{
			itemIndex: index,
			description: `Without it, no delivery can be verified. ${howToRecover(webhook)}`,
		},
	);
}

/** An error ends the node, and n8n drops what earlier items gave: the secrets of these webhooks are lost with it. */
function tellWhatIsLost(context: IExecuteFunctions, error: unknown, index: number, made: Made[]) {
	const nodeError = asNodeError(context, error, index);
	if (made.length > 0 && !context.continueOnFail()) {
		const lost = made.map(({ webhook }) => nameAndId(webhook)).join(', ');
		nodeError.description = `${nodeError.description ?? ''} Lost with this are the new signing secrets of the items before: ${lost}. Use 'Rotate Signing Secret' for each to get one that you know.`;
	}
	return nodeError;
}

/**
 * Makes a new signing secret for each item. Not for an AI agent: its model would get to read the secret.
 *
 * @throws NodeOperationError, GeminiApiError; the description names all webhooks whose secrets were lost
 */
export async function forEachNewSecret(
	context: IExecuteFunctions,
	operation: string,
	work: (index: number) => Promise<Made>,
): Promise<INodeExecutionData[][]> {
	const made: Made[] = [];
	return await forEachItem(context, async (index) => {
		if (isToolCall(context)) {
			// The model reads the message and nothing else.
			throw new NodeOperationError(
				context.getNode(),
				`An AI agent cannot use '${operation}', as its model would read the signing secret`,
				{ itemIndex: index, description: 'Run this in a workflow without an agent.' },
			);
		}
		try {
			const one = await work(index);
			checkUsable(context, one, index);
			made.push(one);
			return { ...one.item, signingSecret: one.secret };
		} catch (error) {
			throw tellWhatIsLost(context, error, index, made);
		}
	});
}
