import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { claimUntilAnswered } from '../dedupe/claimUntilAnswered';
import { sharedStore } from '../dedupe/sharedStore';
import { claimedNonce, TOKEN_PARAMETER } from '../delivery/callbackToken';
import { DeliveryClaims } from '../delivery/claims';
import { parseEnvelope, type GeminiEvent } from '../delivery/envelope';
import { GeminiClient } from '../gemini/client';
import { keySetUrl } from '../gemini/connection';
import { guarded, logRejection } from '../inbound/guarded';
import { proveDelivery, readDelivery } from '../inbound/prove';
import { acknowledged, tryLater, unauthorized } from '../inbound/reply';
import { lazily } from '../lazily';
import { lookOrGone, QUICK } from './lookOrGone';
import { outcomeOrJobs, type Outcome } from './outcome';
import { readParked, type Parked } from './park';
import { readAll } from './readAll';
import type { TrackedAnswer, TrackedJob } from './tracked';
import { isSettled } from './types';
import { withOthers } from './waitFor';

const WHAT = 'A webhook did not continue the waiting execution';

/**
 * Which waits this process has continued, unless Redis is chosen. n8n lets only one of several webhooks continue an execution that waits, but
 * it doesn't tell one wait from the next: a webhook that was judged in the first wait and is a little slower would
 * find the execution waiting again, and run all that came between a second time, paid jobs included.
 */
const claims = new DeliveryClaims();

/**
 * How long before its limit a wait can be continued at the latest. Milliseconds: for n8n to store it, and for clocks of
 * several machines.
 */
const MARGIN = 2000;

/** Waits, by id, whose results are being fetched by this process, after Google got its answer. */
const fetching = new Set<string>();

/**
 * The job of this wait that a delivery is about: by the token of its start, or, for a job that this node didn't start
 * itself, by its name.
 */
const waitedFor = (
	{ jobs }: Parked,
	nonce: string,
	{ jobId }: GeminiEvent,
): TrackedJob | undefined =>
	jobs.find((job) => (job.nonce === '' ? job.jobId === jobId : job.nonce === nonce));

/**
 * Reads the jobs of a wait, the one that was reported first, and stops at the first that isn't over: with many jobs,
 * most deliveries need only a look or two.
 *
 * @returns all answers in the order of the jobs; undefined while one isn't over, with whether it is the reported one
 */
async function allSettled(
	client: GeminiClient,
	jobs: TrackedJob[],
	reported: TrackedJob,
): Promise<{ answers?: TrackedAnswer[]; reportedIsOver: boolean }> {
	const isOver = ({ job }: TrackedAnswer) => isSettled(job.status);
	const [first] = await readAll(client, [reported], QUICK);
	if (!isOver(first)) return { reportedIsOver: false };
	// The youngest first: it is the likeliest to run still.
	const others = jobs.filter((job) => job !== reported).reverse();
	const answers = new Map([[reported, first]]);
	// Growing groups: an early end is cheap, and the last delivery of many jobs is still quick.
	for (let from = 0, size = 1; from < others.length; from += size, size *= 4) {
		const group = await lookOrGone(client, others.slice(from, from + size));
		if (!group.every(isOver)) return { reportedIsOver: true };
		for (const answer of group) answers.set(answer.tracked, answer);
	}
	return { reportedIsOver: true, answers: jobs.map((job) => answers.get(job)!) };
}

/**
 * Claims a wait until n8n has answered: only a success means that the execution went on.
 *
 * @returns false when another webhook continues it, or has done so
 */
async function claim(context: IWebhookFunctions, { id, sharesClaims }: Parked): Promise<boolean> {
	const store = sharesClaims ? await sharedStore(context) : claims;
	return (await claimUntilAnswered(context, store, [id])) === 'claimed';
}

const namesOf = (jobs: TrackedJob[]): string => jobs.map(({ jobId }) => jobId).join(', ');

/**
 * Whether the limit ends this wait. n8n then lets the execution go on, and it may soon wait again in another node: n8n
 * would take what is handed over now for that wait's, and run all nodes from here on a second time.
 */
function isTimeUp(context: IWebhookFunctions, { until, jobs }: Parked): boolean {
	const isUp = Date.now() >= until - MARGIN;
	if (isUp) logRejection(context, WHAT, `the limit of the wait has passed: ${namesOf(jobs)}`);
	return isUp;
}

/**
 * Continues with the results. Where they must be fetched first, Google gets its answer before that, as it waits for
 * seconds only; should n8n end in the middle of it, the wait goes on to its limit and the jobs come out then.
 */
async function continueWith(
	context: IWebhookFunctions,
	client: GeminiClient,
	outcome: Outcome,
	answers: TrackedAnswer[],
	parked: Parked,
): Promise<IWebhookResponseData> {
	const { id, details, others } = parked;
	if (fetching.has(id)) return acknowledged(context, 'results are being fetched');
	// What was judged here is out of date. Delivered again, it finds the execution as it is then.
	if (!(await claim(context, parked))) {
		if (context.getResponseObject().closed) {
			const reason = `Google did not wait until it was looked up: ${namesOf(parked.jobs)}`;
			logRejection(context, WHAT, reason);
		}
		return tryLater(context);
	}
	if (isTimeUp(context, parked)) return tryLater(context);
	const items = async (): Promise<INodeExecutionData[][]> =>
		withOthers(await outcomeOrJobs(outcome, context, client, answers, details), others);
	if (!outcome.isSlow(answers, details)) {
		return { workflowData: await items(), webhookResponse: { received: true } };
	}
	fetching.add(id);
	try {
		const answered = acknowledged(context, 'fetching the results');
		const workflowData = await items();
		return isTimeUp(context, parked) ? answered : { ...answered, workflowData };
	} finally {
		fetching.delete(id);
	}
}

async function judge(context: IWebhookFunctions, outcome: Outcome): Promise<IWebhookResponseData> {
	const turnAway = (reason: string) => {
		logRejection(context, WHAT, reason);
		return reason === 'keys-unavailable' ? tryLater(context) : unauthorized(context);
	};
	const content = await readDelivery(context);
	if (!content.ok) return turnAway(content.reason);
	const nonce = claimedNonce((context.getQueryData() as IDataObject)[TOKEN_PARAMETER]);
	if (!nonce) return turnAway('token-missing');
	// What was settled when the wait began. The node's fields can't be read here: their expressions would now be
	// evaluated for the waiting job instead of the items that came in.
	const getParked = lazily(() => readParked(context));
	const getClient = lazily(async () => await GeminiClient.for(context));
	const { id: nodeId, credentials } = context.getNode();
	const proof = await proveDelivery(context, content, {
		name: [`${context.getExecutionId()}:${nodeId}`, JSON.stringify(credentials)],
		prepare: async () => {
			const { connection } = await getClient();
			const allowJwt = getParked()?.allowJwt ?? false;
			return { secrets: [], publicKeysAt: keySetUrl(connection), allowJwt };
		},
	});
	if (!proof.ok) return turnAway(proof.reason);
	const event = parseEnvelope(content.rawBody);
	if (!event) return turnAway('not an event');

	const client = await getClient();
	const parked = getParked();

	const reported = parked && waitedFor(parked, nonce, event);
	// An earlier job's webhook, late: proven, and no longer of interest.
	if (!parked || !reported) return acknowledged(context, 'not waited for');
	// The token says which job it is about, the API how it is: the event is only the occasion to ask.
	const { answers, reportedIsOver } = await allSettled(client, parked.jobs, reported);
	if (answers) return await continueWith(context, client, outcome, answers, parked);
	if (reportedIsOver) return acknowledged(context, 'other jobs still running');
	// Google may know of the end before its API shows it; a delivery that is acknowledged never comes again.
	logRejection(context, WHAT, 'the API does not show the end yet');
	return tryLater(context);
}

/**
 * Continues a parked execution when Google reports the end of its jobs: the delivery must be proven and be about a
 * job of this very wait, and the API must say that all of its jobs are over. Never throws.
 */
export async function resume(
	context: IWebhookFunctions,
	outcome: Outcome,
): Promise<IWebhookResponseData> {
	return await guarded(context, WHAT, async () => await judge(context, outcome));
}
