import type { IExecuteFunctions } from 'n8n-workflow';

import { entryOf } from '../json';
import { nodesOfWorkflow } from '../workflowNodes';

/**
 * What a node is called in n8n's record of what was seen before: its id, which renaming doesn't change. Its name where
 * the id doesn't tell nodes apart (n8n gives each node of a published workflow an id of its own, but a workflow may be
 * run before that) or isn't to be seen: then all nodes of the workflow know each other by name alike.
 *
 * @param name of a node of the same workflow
 */
export function nodeKey(context: IExecuteFunctions, name: string): string {
	const nodes = nodesOfWorkflow(context) ?? {};
	const id = entryOf(nodes, name)?.id;
	if (!id) return name;
	const isShared = Object.values(nodes).some((one) => one.name !== name && one.id === id);
	return isShared ? name : id;
}
