import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { GeminiClient } from '../../shared/gemini/client';
import { fileName, getFile } from '../../shared/gemini/files';
import { adviceFor } from '../../shared/jobs/advice';
import { readJob } from '../../shared/jobs/read';
import { isFinal } from '../../shared/jobs/types';
import { downloadFilms } from '../downloadFilms';
import { downloadFields, jobIdFrom } from '../fields';
import { filmFacts, filmsOf } from '../films';
import { forItems } from '../forItems';
import { targetOf } from '../outcome';

const properties: INodeProperties[] = [
	{
		displayName: 'Job or File',
		name: 'jobOrFile',
		type: 'string',
		required: true,
		default: '={{ $json.jobId }}',
		placeholder: 'e.g. v1_ChdpM2hSYWJ1T0hlN3JwdFFQ… or files/p1mds9fl15bs',
		description:
			"A video job, by the name that comes out of 'Generate' as 'jobId': all its films are fetched. Or one film, by the name or address of its file.",
	},
	...downloadFields(undefined, false),
];

export const description = updateDisplayOptions({ show: { operation: ['download'] } }, properties);

async function fileItem(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	value: string,
): Promise<INodeExecutionData> {
	const name = fileName(value);
	const mimeType = name ? (await getFile(client, name)).mimeType : 'video/mp4';
	const film = { uri: name ?? value, base64: null, mimeType: mimeType || 'video/mp4' };
	const { videos, binary } = await downloadFilms(context, client, [film], targetOf(context, index));
	return { json: { videos } as unknown as IDataObject, binary };
}

async function jobItems(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	jobId: string,
): Promise<INodeExecutionData> {
	const { job, raw } = await readJob(client, { jobType: 'video', jobId });
	if (!isFinal(job.status)) {
		throw new NodeOperationError(
			context.getNode(),
			`The video ${jobId} is not done yet: its status is '${job.status}'`,
			{ itemIndex: index, description: "Wait for it with 'Wait', which can download it, too." },
		);
	}
	const { films } = filmsOf(jobId, raw);
	const { videos, binary } = await downloadFilms(context, client, films, targetOf(context, index));
	const advice = adviceFor(job);
	const facts = { ...job, ...filmFacts(jobId, raw), videos, ...(advice ? { advice } : {}) };
	return {
		json: facts as unknown as IDataObject,
		...(films.length > 0 ? { binary } : {}),
	};
}

/**
 * Fetches the films of one job, or one film, for each item. A job that ended without films comes out with its status
 * and Google's reasons.
 */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	const failures: INodeExecutionData[] = [];
	const items = [...this.getInputData().keys()];
	const done = await forItems(this, items, failures, async (index): Promise<INodeExecutionData> => {
		const value = fieldText(this.getNodeParameter('jobOrFile', index, '')).trim();
		const isFile = /^(https?:\/\/|files\/)/.test(value);
		const jobId = isFile ? undefined : jobIdFrom(value);
		if (!isFile && jobId === undefined) {
			throw new NodeOperationError(
				this.getNode(),
				`'Job or File' names neither a video job nor a file: ${value}`,
				{
					itemIndex: index,
					description: "It takes the 'jobId' of a video job, files/… or the address of a film.",
				},
			);
		}
		const made =
			jobId === undefined
				? await fileItem(this, client, index, value)
				: await jobItems(this, client, index, jobId);
		return { ...made, pairedItem: { item: index } };
	});
	const indexOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;
	const all = [...done.map(({ value }) => value), ...failures];
	return [all.sort((a, b) => indexOf(a) - indexOf(b))];
}
