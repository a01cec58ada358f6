import type { IExecuteFunctions } from 'n8n-workflow';

/** The nodes that put out finished jobs: the trigger, and this one, which may be there more than once. */
const PUTS_OUT_JOBS = /\.geminiWebhook(Trigger)?$/;

/**
 * The names of the nodes that put out finished jobs and lead to a node that this one leads to as well, however many
 * nodes are in between: what both put out would arrive there twice.
 */
export function nodesOfTheSame(context: IExecuteFunctions): string[] {
	const own = context.getNode().name;
	const leading = context.getChildNodes(own).flatMap(({ name }) => context.getParentNodes(name));
	const names = leading
		.filter(({ name, type }) => name !== own && PUTS_OUT_JOBS.test(type))
		.map(({ name }) => name);
	return [...new Set(names)];
}
