import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import * as job from './job';
import * as webhook from './webhook';

type Operation = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

interface Resource {
	/** The field 'Operation' and the fields of all operations. */
	description: INodeProperties[];
	/** What each operation does, by the value of the field 'Operation'. */
	operations: Record<string, Operation>;
}

/** By the value of the field 'Resource'. */
const resources: Record<string, Resource> = { job, webhook };

/** All of the node's fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'webhook',
		options: [
			{ name: 'Job', value: 'job' },
			{ name: 'Webhook', value: 'webhook' },
		],
	},
	...Object.entries(resources).flatMap(([resource, { description }]) =>
		updateDisplayOptions({ show: { resource: [resource] } }, description),
	),
];

/** What the fields 'Resource' and 'Operation' ask for. */
export function chosenOperation(context: IExecuteFunctions): Operation {
	const resource = context.getNodeParameter('resource', 0) as string;
	return resources[resource].operations[context.getNodeParameter('operation', 0) as string];
}
