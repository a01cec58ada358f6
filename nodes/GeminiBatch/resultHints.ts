import type { IExecuteFunctions, IWebhookFunctions, NodeExecutionHint } from 'n8n-workflow';

import { sumOf, type Tally } from './results/tally';

const number = (value: number): string => value.toLocaleString('en-US');

/** What to tell above the output about results: what they cost, and what is wrong with them. */
export function hintsAbout({ counts, usage }: Tally): NodeExecutionHint[] {
	const hint = (message: string, type: NodeExecutionHint['type']): NodeExecutionHint => ({
		message,
		type,
		location: 'outputPane',
	});
	if (counts.total === 0) {
		return [hint("Google's answer holds no results: the batch is over, and empty.", 'warning')];
	}
	const bad = counts.total - counts.succeeded;
	const reasons = (['failed', 'blocked', 'missing'] as const)
		.filter((status) => counts[status] > 0)
		.map((status) => `${number(counts[status])} ${status}`)
		.join(', ');
	const tokens = `${number(usage.totalTokens)} tokens in ${number(counts.total)} results: ${number(usage.promptTokens)} of the prompts, ${number(usage.outputTokens)} of the answers.`;
	return [
		...(bad > 0
			? [
					hint(
						`${number(bad)} of ${number(counts.total)} requests did not succeed (${reasons}). Their 'error' says why.`,
						'warning',
					),
				]
			: []),
		...(usage.totalTokens > 0 ? [hint(tokens, 'info')] : []),
	];
}

/** Shows the hints; the webhook that ends a wait has no place for them. */
export function showHints(context: IExecuteFunctions | IWebhookFunctions, tallies: Tally[]): void {
	if (tallies.length === 0 || !('addExecutionHints' in context)) return;
	context.addExecutionHints(...hintsAbout(sumOf(tallies)));
}
