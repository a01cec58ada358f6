import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { json } from '../json';
import { nodeKey } from './nodeKey';

/**
 * The token of this execution's resume URL: random, made before its first node runs, stored with what came in, and taken
 * over by n8n's 'Retry', which otherwise makes an execution with an id of its own
 * (`createRunExecutionData` of n8n-workflow, `ExecutionService.retry` of n8n 2.41). Undefined before n8n 2.16.
 */
function tokenOf(context: IExecuteFunctions): string | undefined {
	// Not by an expression: those take time, and the trigger's execution has none.
	const { resumeUrl } = json(context.getWorkflowDataProxy(0).$execution);
	if (typeof resumeUrl !== 'string' || !URL.canParse(resumeUrl)) return undefined;
	return new URL(resumeUrl).searchParams.get('signature') ?? undefined;
}

const digest = (purpose: string, token: string, ...parts: Array<string | number>): Buffer =>
	createHash('sha256')
		.update(JSON.stringify([purpose, token, ...parts]))
		.digest();

/**
 * What an execution has in common with those that repeat it by n8n's 'Retry', and with no other one. It outlives a crash
 * of n8n, which leaves nothing of an execution but what came in.
 *
 * @returns not a secret; undefined when this n8n has no such thing
 */
export function lineageOf(context: IExecuteFunctions): string | undefined {
	const token = tokenOf(context);
	return token && digest('lineage', token).toString('base64url').slice(0, 16);
}

/**
 * Which run of the node this is, in the executions of one lineage alike. After a crash n8n makes up a run of every node
 * that had run (`ExecutionRecoveryService.amend` of n8n 2.41): a run that came to nothing is no run.
 */
export function runOf(context: IExecuteFunctions): number {
	const proxy = context.getWorkflowDataProxy(0);
	const run = proxy.$runIndex as number;
	if (run === 0 || context.getMode() !== 'retry') return run;
	return isMadeUp(() => proxy.$items(context.getNode().name, 0, 0) as unknown) ? run - 1 : run;
}

/** @param firstRun reads what the node put out in its first run */
function isMadeUp(firstRun: () => unknown): boolean {
	try {
		const items = firstRun();
		const [first] = Array.isArray(items) ? (items as unknown[]) : [];
		return json(json(first).json).isArtificialRecoveredEventItem === true;
	} catch (error) {
		// The node that was running when n8n crashed has put out nothing; to read that is n8n's own slip.
		return error instanceof TypeError;
	}
}

/**
 * A nonce that the executions of one lineage have in common: random to everybody else, and a secret, like the token it
 * is made from.
 *
 * @param parts what tells it from other nonces of the execution
 * @returns in the form of a UUID; undefined when this n8n has no lineages
 */
export function lineageNonce(
	context: IExecuteFunctions,
	...parts: Array<string | number>
): string | undefined {
	const token = tokenOf(context);
	if (token === undefined) return undefined;
	const hex = digest('nonce', token, nodeKey(context, context.getNode().name), ...parts).toString(
		'hex',
	);
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
