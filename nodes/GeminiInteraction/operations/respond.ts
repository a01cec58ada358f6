import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { readMetadata } from '../../shared/delivery/metadata';
import { fieldText } from '../../shared/fieldText';
import { GeminiClient } from '../../shared/gemini/client';
import { failingAsItem } from '../../shared/jobs/failingAsItem';
import { openFunctionCalls } from '../../shared/jobs/functionCalls';
import type { Launch } from '../../shared/jobs/launch';
import { namingStarted } from '../../shared/jobs/namingStarted';
import { metadataOf } from '../../shared/jobs/plan';
import { readJob } from '../../shared/jobs/read';
import { settleStart } from '../../shared/jobs/settleStart';
import type { Json } from '../../shared/json';
import { refuse } from '../../shared/objection';
import { numberOf, objectOf } from '../../shared/readField';
import { parted, tryEach } from '../../shared/tryEach';
import { continuationOf, readContinuation, respondBody, type Continuation } from '../continuation';
import { interactionId } from '../fields';
import { byInteraction, joinResults, type FunctionResult } from '../functionResults';
import { readFunctions } from '../functionsField';
import { interactionKind, type InteractionOrder } from '../interactionKind';
import { functionTools, objectionToFunctions, objectionToMore, withMore } from '../request';
import { refuseTooManyRounds, roundsBefore } from '../rounds';
import { planInteractions, startAll } from '../startAll';
import { respondFields } from './respondFields';

export const description = updateDisplayOptions(
	{ show: { operation: ['respond'] } },
	respondFields,
);

/** Interactions looked at at the same time. */
const PARALLEL = 3;
const MAX_ROUNDS = 10;

/** One item: the result of one function call. */
interface Given extends FunctionResult {
	jobId: string;
	carried: Partial<Continuation>;
}

function readResult(context: IExecuteFunctions, index: number): Given {
	const field = (name: string) => context.getNodeParameter(name, index, '');
	const given = objectOf(context, 'Continuation', field('continuation'), index);
	return {
		itemIndex: index,
		jobId: interactionId(context, index),
		callId: fieldText(field('callId')).trim(),
		result: field('result'),
		isError: field('isError') === true,
		carried: readContinuation(given, context.getInputData()[index].json),
	};
}

/** What the answer to one interaction is made from. */
interface Answered {
	raw: Json;
	steps: Json[];
	rounds: number;
}

/** Reads the interaction and joins the results to its open calls. */
async function answered(
	context: IExecuteFunctions,
	client: GeminiClient,
	group: Given[],
): Promise<Answered> {
	const [{ jobId, itemIndex, carried }] = group;
	const { job, raw } = await readJob(client, { jobType: 'interaction', jobId });
	const open = openFunctionCalls(raw);
	if (job.status !== 'requiresAction' || open.length === 0) {
		const why =
			job.status === 'requiresAction'
				? 'Google shows no open call'
				: `its status is '${job.status}'`;
		const message = `The interaction ${jobId} does not wait for results of function calls: ${why}`;
		const todo =
			job.status === 'running' || job.status === 'pending'
				? "Wait for it first, for example with 'Wait'."
				: "Look at it with 'Get'. To go on with its conversation, use 'Start' with the option 'Previous Interaction'.";
		refuse(context, { message, description: todo }, itemIndex);
	}
	const sendMissing = context.getNodeParameter('options.missingResults', 0, '') === 'sendAsError';
	const { steps, objection } = joinResults(jobId, open, group, sendMissing);
	refuse(context, objection, itemIndex);
	const limit =
		numberOf(
			context,
			'Maximum Rounds',
			context.getNodeParameter('options.maxRounds', 0, MAX_ROUNDS),
			itemIndex,
		) ?? MAX_ROUNDS;
	const rounds = carried.round ?? (await roundsBefore(client, raw, limit));
	refuseTooManyRounds(context, jobId, rounds, limit, itemIndex);
	return { raw: { ...raw, id: jobId }, steps, rounds };
}

/** The request for one interaction's results. */
function bodyOf(
	context: IExecuteFunctions,
	{ raw, steps }: Answered,
	{ itemIndex, jobId, carried }: Given,
	isSent: boolean,
): Json {
	const functions = readFunctions(context, itemIndex);
	const more = objectOf(
		context,
		'Additional Request Fields',
		context.getNodeParameter('options.more', itemIndex, ''),
		itemIndex,
	);
	refuse(context, objectionToFunctions(functions) ?? objectionToMore(more ?? {}), itemIndex);
	const body = respondBody(raw, carried, steps, functionTools(functions));
	if (!body && !isSent) {
		refuse(
			context,
			{
				message: `Nothing tells which tools the interaction ${jobId} has, and Google does not keep them`,
				description:
					"Point 'Continuation' to the item that brought the function call, for example {{ $('Start').item.json.continuation }}, or fill 'Functions' as in 'Start'.",
			},
			itemIndex,
		);
	}
	return withMore(body ?? {}, more ?? {});
}

async function prepare(
	context: IExecuteFunctions,
	client: GeminiClient,
	group: Given[],
): Promise<Launch<InteractionOrder>> {
	const [given] = group;
	const { jobId, itemIndex, carried } = given;
	const name = `answer to ${jobId}`;
	const settled = await settleStart(context, client, interactionKind, name, String(itemIndex));
	const metadata = readMetadata({ ...carried.metadata, ...metadataOf(context, itemIndex) });
	const items = group.map((one) => one.itemIndex);
	const common = { settled, metadata, first: itemIndex, count: items.length, items };
	// A job that is there already isn't checked again; its request only tells what to hand on.
	const answer: Answered = settled.earlier
		? { raw: { id: jobId }, steps: [], rounds: carried.round ?? 0 }
		: await answered(context, client, group);
	const body = bodyOf(context, answer, given, settled.earlier !== undefined);
	const continuation = continuationOf(body, answer.rounds + 1, metadata);
	return {
		...common,
		order: { body, about: `item ${itemIndex} (it answers ${jobId})` },
		carried: { previousInteractionId: jobId, ...(continuation ? { continuation } : {}) },
	};
}

async function respond(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// Everything that can be checked is checked before the first answer is paid for.
	const client = await GeminiClient.for(context);
	const read = parted(
		await tryEach(
			context,
			[...context.getInputData().keys()],
			PARALLEL,
			(index) => [index],
			async (index) => await Promise.resolve(readResult(context, index)),
		),
	);
	const { values, failures } = parted(
		await tryEach(
			context,
			byInteraction(read.values),
			PARALLEL,
			(group) => group.map(({ itemIndex }) => itemIndex),
			async (group) => await prepare(context, client, group),
		),
	);
	const failed = [...read.failures, ...failures];
	if (values.length === 0) return [failed];
	const plan = await planInteractions(context, client);
	return await startAll(context, client, plan, values, failed);
}

/** Hands the results of function calls back: one new interaction for each that waits, which goes on with them. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(
		this,
		async () => await namingStarted(this, 'interaction', async () => await respond(this)),
	);
}
