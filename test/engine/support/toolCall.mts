import { SupplyDataContext } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type IRunExecutionData,
} from 'n8n-workflow';
import type { Stage } from './stage.mts';
import { additionalData, loadWorkflow, nodeTypes, type Definition } from './workflow.mts';

/** Runs a node as an AI agent does that calls its tools itself; `run` is what n8n keeps of the execution. */
export async function toolCall(
	stage: Stage,
	definition: Definition,
	name: string,
	input: INodeExecutionData[],
): Promise<{ items: INodeExecutionData[][]; run: IRunExecutionData }> {
	const workflow = loadWorkflow(definition);
	const node = workflow.getNode(name)!;
	const data = { [NodeConnectionTypes.AiTool]: [input] };
	const run = createRunExecutionData();
	const context = new SupplyDataContext(
		workflow,
		node,
		additionalData(definition, stage.surroundings, 'manual', 'x'),
		'manual',
		run,
		0,
		input,
		data,
		NodeConnectionTypes.AiTool,
		{ node, data, source: null },
		[],
	);
	expect(context.isToolExecution()).toBe(true);
	const { execute } = nodeTypes[node.type] as Required<INodeType>;
	const items = await execute.call(context as unknown as IExecuteFunctions);
	return { items: items as INodeExecutionData[][], run };
}
