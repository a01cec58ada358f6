import type { INodeProperties } from 'n8n-workflow';

import type { Metadata } from '../delivery/metadata';
import { fieldText } from '../fieldText';
import { json, jsonList, text } from '../json';

/** Which of a project's jobs are wanted. */
export interface JobFilter {
	/** Names of jobs; one that ends with `*` stands for all that begin so. None: all jobs. */
	jobs: string[];
	/** What must stand in the job's metadata; an empty value: anything. */
	metadata: Array<{ name: string; value: string }>;
}

/** The options that ask for a filter, for collections in alphabetical order. */
export const jobFilterOptions: INodeProperties[] = [
	{
		displayName: 'Only Jobs With Metadata',
		name: 'onlyMetadata',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add entry',
		typeOptions: { multipleValues: true },
		description:
			"Leaves out jobs without these entries in the 'Metadata' they were started with. All must be there; an entry without a value may have any. Only jobs that were started with a webhook URL of their own have metadata: those that Google reports to a webhook of the project have none, and are all left out.",
		options: [
			{
				displayName: 'Entry',
				name: 'entries',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				],
			},
		],
	},
	{
		displayName: 'Only These Jobs',
		name: 'onlyJobs',
		type: 'string',
		default: '',
		placeholder: 'e.g. batches/o08hk76gv328, models/veo*',
		description:
			'Leaves out all other jobs. Names, separated by commas; one that ends with * stands for all that begin so.',
	},
];

/** Reads these options from a collection. */
export function readJobFilter(options: unknown): JobFilter {
	const { onlyJobs, onlyMetadata } = json(options);
	return {
		jobs: fieldText(onlyJobs)
			.split(',')
			.map((name) => name.trim())
			.filter(Boolean),
		metadata: jsonList(json(onlyMetadata).entries).flatMap(({ name, value }) => {
			const key = text(name)?.trim();
			return key ? [{ name: key, value: fieldText(value) }] : [];
		}),
	};
}

const isNamed = (jobs: string[], jobId: string): boolean =>
	jobs.some((name) => (name.endsWith('*') ? jobId.startsWith(name.slice(0, -1)) : jobId === name));

/** Whether a job is wanted. One without a name passes only if no names are asked for. */
export function isWantedJob(
	{ jobs, metadata }: JobFilter,
	job: { jobId: string | null; metadata: Metadata },
): boolean {
	if (jobs.length > 0 && !isNamed(jobs, job.jobId ?? '')) return false;
	return metadata.every(({ name, value }) => {
		const own = Object.hasOwn(job.metadata, name) ? job.metadata[name] : undefined;
		return own !== undefined && (value === '' || own === value);
	});
}
