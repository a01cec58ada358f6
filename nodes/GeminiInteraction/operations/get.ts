import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { readMetadata } from '../../shared/delivery/metadata';
import { GeminiClient } from '../../shared/gemini/client';
import { readJob } from '../../shared/jobs/read';
import type { TrackedJob } from '../../shared/jobs/tracked';
import { tryEach } from '../../shared/tryEach';
import { carriedBy } from '../continuation';
import {
	fileOptions,
	interactionField,
	interactionId,
	outputSettings,
	simplifyField,
} from '../fields';
import { answerItems } from '../outcome';

const properties: INodeProperties[] = [
	interactionField,
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: fileOptions,
	},
];

export const description = updateDisplayOptions({ show: { operation: ['get'] } }, properties);

/** Interactions looked at at the same time. */
const PARALLEL = 3;

/** Reads one interaction for each item: its state, its answer, or the function calls it waits for. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	const settings = outputSettings(this, null);
	const items = this.getInputData();
	const read = async (index: number): Promise<INodeExecutionData[]> => {
		const jobId = interactionId(this, index);
		const { json } = items[index];
		const answer = await readJob(client, { jobType: 'interaction', jobId });
		const tracked: TrackedJob = {
			...{ jobType: 'interaction', jobId, nonce: '', first: index, count: 1 },
			metadata: readMetadata(json.metadata),
			carried: carriedBy(json),
		};
		return await answerItems(this, client, { tracked, ...answer }, settings);
	};
	const tried = await tryEach(this, [...items.keys()], PARALLEL, (index) => [index], read);
	return [tried.flatMap(({ value, failure }) => (failure ? [failure] : (value ?? [])))];
}
