import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { adviceFor } from '../shared/jobs/advice';
import { functionCallFields } from '../shared/jobs/functionCalls';
import { readUnlessDeleted } from '../shared/jobs/readUnlessDeleted';
import { rememberOnce } from '../shared/jobs/rememberOnce';
import { isSettled } from '../shared/jobs/types';
import { identityOf, type TriggerItem } from './item';
import { triggerParameters } from './parameters';
import { remembered } from './remembered';

/** Google has its answer and won't deliver again, so an outage of its API is waited for: more than a minute in all. */
const PATIENT = { attempts: 12 };

const DELETED =
	"The job's details are missing: Google knows nothing of the job any more; it was deleted there. What the event says holds all the same.";

/**
 * The items that one delivery becomes: one, or one for each open function call of an interaction that requires an
 * action. Those calls are what the event is about and it doesn't hold them, so they are read in any case.
 */
async function itemsOf(
	context: IExecuteFunctions,
	item: TriggerItem,
	withDetails: boolean,
): Promise<TriggerItem[]> {
	const { jobType, jobId } = item;
	const withCalls = jobType === 'interaction' && item.status === 'requiresAction';
	if (!jobType || !jobId || !(withDetails || withCalls)) return [item];
	const client = await GeminiClient.for(context);
	// In the editor, somebody looks on.
	const limits = context.getMode() === 'manual' ? {} : PATIENT;
	const answer = await readUnlessDeleted(client, { jobType, jobId }, limits);
	// No retry would bring the details; the event is complete without them.
	if (!answer) return [{ ...item, advice: DELETED }];
	const { job, raw } = answer;
	const detailed: TriggerItem = withDetails
		? {
				...item,
				outputFile: job.outputFile ?? item.outputFile,
				error: job.error ?? item.error,
				job,
			}
		: item;
	// Cancelled meanwhile, say: nobody waits for the results any more.
	const isWaiting = withCalls && job.status === 'requiresAction';
	if (!isWaiting) return [withCalls ? { ...detailed, openCalls: 0 } : detailed];
	return functionCallFields(raw).map((fields) => ({ ...detailed, ...fields }) as TriggerItem);
}

/** The item with what to do, where the job did not simply succeed. */
function withAdvice(item: TriggerItem): TriggerItem {
	const { jobType, status, error, job, openCalls } = item;
	if (!jobType || openCalls === 0) return item;
	// The event doesn't tell that some of a batch's requests failed; the API does.
	const known = job && isSettled(job.status) ? job : { jobType, status, error };
	const advice = [adviceFor(known), item.advice].filter(Boolean).join(' ');
	return advice ? { ...item, advice } : item;
}

/**
 * The trigger's second half, inside the stored execution and after Google has its answer: drops what n8n's
 * database has seen before, and adds the job's details and advice. The details come first: if they can't be had, nothing is
 * remembered, and a retry of the execution finds the delivery new.
 *
 * @throws GeminiApiError that names the job
 */
export async function emit(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { withDetails } = triggerParameters(this);
	// For n8n to store it: of the call that has started this execution, it stores nothing.
	remembered(this);
	const emitted: INodeExecutionData[] = [];
	for (const [index, { json }] of this.getInputData().entries()) {
		const received = json as unknown as TriggerItem;
		const items = await itemsOf(this, received, withDetails);
		// A test event must not make the production delivery "seen".
		const isNew = this.getMode() === 'manual' || (await rememberOnce(this, identityOf(received)));
		if (!isNew) continue;
		emitted.push(
			...items.map((item) => ({
				json: withAdvice(item) as unknown as IDataObject,
				pairedItem: { item: index },
			})),
		);
	}
	return [emitted];
}
