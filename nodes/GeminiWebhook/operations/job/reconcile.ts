import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { deduplicationOption } from '../../../shared/dedupe/option';
import { GeminiClient } from '../../../shared/gemini/client';
import { hint } from '../../../shared/hints';
import { failingAsItem } from '../../../shared/jobs/failingAsItem';
import { functionCallFields } from '../../../shared/jobs/functionCalls';
import { jobIdentity } from '../../../shared/jobs/identity';
import {
	isWantedJob,
	jobFilterOptions,
	readJobFilter,
	type JobFilter,
} from '../../../shared/jobs/jobFilter';
import { metadataOfJob } from '../../../shared/jobs/jobMetadata';
import { rememberEach } from '../../../shared/jobs/rememberOnce';
import { duration } from '../../../shared/jobs/waitLimit';
import { isSince, listBatches, MAX_PAGES, namedJobs, readNamed, type FoundJob } from './findJobs';
import { reconciledItem } from './reconciledItem';
import { nodesOfTheSame } from './sharedNodes';

const NOTICE =
	"Puts out each finished job once, as the Gemini Webhook Trigger would: a job that the trigger has put out already does not come again, nor the other way round. For that, connect this node, after a Schedule Trigger, to the same nodes as the Gemini Webhook Trigger of this workflow. Google lists batches only: name other jobs under 'Also Check These Jobs'.";

const ENDS = [
	{ name: 'Blocked', value: 'blocked', description: 'A video was kept back by safety filters' },
	{ name: 'Cancelled', value: 'cancelled' },
	{ name: 'Expired', value: 'expired', description: 'A batch was not processed in time' },
	{ name: 'Failed', value: 'failed' },
	{ name: 'Incomplete', value: 'incomplete', description: 'An interaction broke off' },
	{
		name: 'Partly Failed',
		value: 'partlyFailed',
		description: 'A batch went through, but some of its requests failed',
	},
	{
		name: 'Requires Action',
		value: 'requiresAction',
		description: 'An interaction waits for the results of function calls',
	},
	{ name: 'Succeeded', value: 'succeeded' },
];

const LIST_BATCHES = { show: { listBatches: [true] } };

const properties: INodeProperties[] = [
	{ displayName: NOTICE, name: 'reconcileNotice', type: 'notice', default: '' },
	{
		displayName: 'List Batches',
		name: 'listBatches',
		type: 'boolean',
		default: true,
		description: 'Whether to look through all batches of the Google project',
	},
	{
		displayName: 'Since',
		name: 'sinceAmount',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 2,
		description:
			'How far back to look for batches that have ended. Google deletes files, those with results included, after 48 hours.',
		displayOptions: LIST_BATCHES,
	},
	{
		displayName: 'Unit of Since',
		name: 'sinceUnit',
		type: 'options',
		options: [
			{ name: 'Days Ago', value: 'days' },
			{ name: 'Hours Ago', value: 'hours' },
			{ name: 'Minutes Ago', value: 'minutes' },
		],
		default: 'days',
		displayOptions: LIST_BATCHES,
	},
	{
		displayName: 'Also Check These Jobs',
		name: 'otherJobs',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.jobId }}',
		description:
			"Names of jobs to look up one by one, separated by commas, or a list of them: interactions and videos, which Google doesn't list. For several incoming items, those of each item.",
	},
	{
		displayName: 'Ends to Put Out',
		name: 'ends',
		type: 'multiOptions',
		options: ENDS,
		default: [
			'blocked',
			'cancelled',
			'expired',
			'failed',
			'incomplete',
			'partlyFailed',
			'requiresAction',
			'succeeded',
		],
		description: 'Which ends of jobs to put out; the others are looked at again next time',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			deduplicationOption,
			...jobFilterOptions,
			{
				displayName: 'Put Out Again',
				name: 'putOutAgain',
				type: 'boolean',
				default: false,
				description:
					"Whether to put out also the jobs that the trigger or an earlier run has put out: for those whose execution was lost in a later node. Say which with 'Only These Jobs', and execute it by hand or once.",
			},
		],
	},
];

export const description = updateDisplayOptions({ show: { operation: ['reconcile'] } }, properties);

/** Milliseconds since 1970. */
function sinceWhen(context: IExecuteFunctions, now: number): number {
	const amount = Number(context.getNodeParameter('sinceAmount', 0));
	const back = duration(amount, String(context.getNodeParameter('sinceUnit', 0)));
	if (back === undefined) {
		throw new NodeOperationError(context.getNode(), "'Since' is not a time to look back", {
			description: 'Enter a number above zero, 30 days at most.',
		});
	}
	return now - back;
}

/** Every job to be judged, each once, and what could not be looked up. */
async function findJobs(
	context: IExecuteFunctions,
	client: GeminiClient,
	now: number,
): Promise<{ found: FoundJob[]; failures: INodeExecutionData[] }> {
	const isListing = context.getNodeParameter('listBatches', 0) === true;
	const since = isListing ? sinceWhen(context, now) : now;
	const { named, failures } = await namedJobs(context, 'otherJobs');

	const { batches, isCutOff } = isListing
		? await listBatches(client)
		: { batches: [], isCutOff: false };
	if (isCutOff) {
		hint(
			context,
			'warning',
			`The Google project has more batches than the ${batches.length} on the first ${MAX_PAGES} pages of its list, which were looked at. Delete old ones with the Gemini Batch node, or name the missing ones under 'Also Check These Jobs'.`,
		);
	}
	const itemOf = new Map(named.map(({ reference, item }) => [reference.jobId, item]));
	const listed = batches
		.filter(({ job }) => itemOf.has(job.jobId) || isSince(job, since))
		.map((answer) => ({ ...answer, item: itemOf.get(answer.job.jobId) ?? 0 }));
	const known = new Set(listed.map(({ job }) => job.jobId));
	const rest = named.filter(({ reference }) => !known.has(reference.jobId));
	const read = await readNamed(context, client, rest);
	return { found: [...listed, ...read.values], failures: [...failures, ...read.failures] };
}

/** What one finished job becomes, and what it is known by. */
interface Report {
	identity: string;
	isWanted: boolean;
	items: INodeExecutionData[];
}

const nothingNew = (found: number, over: number): string =>
	over === 0
		? `Jobs looked at: ${found}. None of them has ended in one of the 'Ends to Put Out'.`
		: `Jobs looked at: ${found}, ended: ${over}. All of these were put out before; the option 'Put Out Again' brings them once more.`;

/** One item; of an interaction that requires an action, one for each open function call. */
function report(
	{ job, raw, item }: FoundJob,
	filter: JobFilter,
	apiKey: string,
	now: number,
): Report {
	const createdAt = Date.parse(job.createdAt ?? '');
	const metadata = metadataOfJob(raw, apiKey, Number.isNaN(createdAt) ? now : createdAt);
	const json = reconciledItem(job, metadata, now);
	const details = job.status === 'requiresAction' ? functionCallFields(raw) : [{}];
	return {
		identity: jobIdentity(job),
		isWanted: isWantedJob(filter, { jobId: job.jobId, metadata }),
		items: details.map((fields) => ({
			json: { ...json, ...fields } as unknown as IDataObject,
			pairedItem: { item },
		})),
	};
}

/** The reports that no trigger, and no earlier run, has put out, or all of them if the user wants that. Noting that is the last thing that may fail. */
async function firstSeen(context: IExecuteFunctions, reports: Report[]): Promise<Report[]> {
	if (context.getMode() === 'manual') {
		hint(
			context,
			'info',
			'In the editor all finished jobs come out. The published workflow puts out each of them once.',
		);
		return reports;
	}
	if (reports.length === 0) return [];
	const identities = reports.map(({ identity }) => [identity]);
	const isNew = await rememberEach(context, identities, nodesOfTheSame(context));
	const isAll = context.getNodeParameter('options.putOutAgain', 0, false) === true;
	return reports.filter((_, index) => isAll || isNew[index]);
}

/**
 * Looks up what Google's webhooks may have left out: puts out each finished job once, in the shape of the trigger's
 * items, unless a trigger that leads to the same nodes has done so.
 *
 * @throws GeminiApiError, NodeOperationError; then nothing is noted, and the next run finds the same jobs
 */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(this, async () => {
		const now = Date.now();
		const client = await GeminiClient.for(this);
		const { found, failures } = await findJobs(this, client, now);
		const ends = this.getNodeParameter('ends', 0, []) as string[];
		const filter = readJobFilter(this.getNodeParameter('options', 0, {}));
		const reports = found
			.filter(({ job }) => ends.includes(job.status))
			.map((one) => report(one, filter, client.connection.apiKey, now))
			.filter(({ isWanted }) => isWanted);
		const fresh = await firstSeen(this, reports);
		if (fresh.length === 0) hint(this, 'info', nothingNew(found.length, reports.length));
		return [[...fresh.flatMap(({ items }) => items), ...failures]];
	});
}
