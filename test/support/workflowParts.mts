import type { WorkflowDefinition, WorkflowNode } from './n8nTypes.mts';

/** Edit Fields: sets these texts, which may be expressions. */
export function setNode(name: string, values: Record<string, string>): WorkflowNode {
	const assignments = Object.entries(values).map(([key, value]) => ({
		id: key,
		name: key,
		type: 'string',
		value,
	}));
	return node(name, 'set', 3.4, { assignments: { assignments } });
}

/** One of n8n's own nodes; its id is its name. */
export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters = {},
	webhookId?: string,
): WorkflowNode {
	const position: [number, number] = [0, 0];
	return {
		id: name,
		name,
		type: `n8n-nodes-base.${type}`,
		typeVersion,
		position,
		parameters,
		webhookId,
	};
}

/** A workflow whose nodes follow each other. */
export function chain(name: string, nodes: WorkflowNode[]): WorkflowDefinition {
	const links = nodes.slice(1).map((next, index) => {
		const main = [[{ node: next.name, type: 'main', index: 0 }]];
		return [nodes[index].name, { main }];
	});
	return { name, nodes, connections: Object.fromEntries(links) };
}
