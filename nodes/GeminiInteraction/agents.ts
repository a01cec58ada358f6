import type { Objection } from '../shared/objection';

interface Agent {
	id: string;
	name: string;
	description: string;
}

/** The agents that @google/genai 3.1.0 knows (`AgentOption`) and Google still runs: the API has no list of them. */
export const AGENTS: Agent[] = [
	{
		id: 'antigravity-preview-09-2026',
		name: 'Antigravity (September 2026)',
		description: 'Works on tasks with code and files in a sandbox of its own',
	},
	{
		id: 'antigravity-preview-05-2026',
		name: 'Antigravity (May 2026)',
		description: 'Works on tasks with code and files in a sandbox of its own',
	},
	{
		id: 'deep-research-preview-04-2026',
		name: 'Deep Research',
		description: 'Searches and reads the web and writes a report with its sources',
	},
	{
		id: 'deep-research-max-preview-04-2026',
		name: 'Deep Research Max',
		description: 'The same, more thorough and more expensive',
	},
];

/** Agents that Google has shut down, with the day: https://ai.google.dev/gemini-api/docs/changelog */
const SHUT_DOWN: Record<string, string> = {
	'deep-research-pro-preview-12-2025': '2026-10-23',
};

const isDeepResearch = (agent: string): boolean => agent.startsWith('deep-research');
const isAntigravity = (agent: string): boolean => agent.startsWith('antigravity');

/** The options of an agent as the node's fields have them. */
export interface AgentOptions {
	collaborativePlanning?: boolean;
	thinkingSummaries?: string;
	visualization?: string;
	maxTotalTokens?: number;
}

/** Which agents take which option, by @google/genai's `DeepResearchAgentConfig` and `AntigravityAgentConfig`. */
const OPTIONS: Array<{ name: keyof AgentOptions; field: string; of: 'research' | 'antigravity' }> =
	[
		{ name: 'collaborativePlanning', field: 'Collaborative Planning', of: 'research' },
		{ name: 'maxTotalTokens', field: 'Maximum Total Tokens', of: 'antigravity' },
		{ name: 'thinkingSummaries', field: 'Thinking Summaries', of: 'research' },
		{ name: 'visualization', field: 'Visualization', of: 'research' },
	];

const WHO = { research: 'Deep Research', antigravity: 'Antigravity' };

/** @returns what is wrong with the agent or its options; undefined when it can be sent */
export function objectionToAgent(agent: string, options: AgentOptions): Objection | undefined {
	const shutDown = Object.hasOwn(SHUT_DOWN, agent) ? SHUT_DOWN[agent] : undefined;
	if (shutDown) {
		return {
			message: `Google shut the agent ${agent} down on ${shutDown}`,
			description: "Choose another one from the list of 'Agent'.",
		};
	}
	const takes = (of: 'research' | 'antigravity') =>
		of === 'research' ? isDeepResearch(agent) : isAntigravity(agent);
	const foreign = OPTIONS.find(({ name, of }) => options[name] !== undefined && !takes(of));
	if (!foreign) return undefined;
	return {
		message: `The agent ${agent} does not take '${foreign.field}'`,
		description: `Remove the option: it belongs to the ${WHO[foreign.of]} agents. What another agent takes goes into 'agent_config' of 'Additional Request Fields'.`,
	};
}

/** The agent's `agent_config`; undefined when nothing is set. */
export function agentConfig(agent: string, options: AgentOptions) {
	const { collaborativePlanning, thinkingSummaries, visualization, maxTotalTokens } = options;
	const isEmpty = Object.values(options).every((value) => value === undefined);
	if (isEmpty) return undefined;
	if (isAntigravity(agent)) {
		// 64-bit, and so a text in Google's JSON.
		return { type: 'antigravity', max_total_tokens: String(maxTotalTokens) };
	}
	return {
		type: 'deep-research',
		...(collaborativePlanning === undefined
			? {}
			: { collaborative_planning: collaborativePlanning }),
		...(thinkingSummaries === undefined ? {} : { thinking_summaries: thinkingSummaries }),
		...(visualization === undefined ? {} : { visualization }),
	};
}
