import { jobName } from '../delivery/envelope';
import { isJson, text } from '../json';
import type { JobReference, JobType } from './types';

const JOB_TYPES: JobType[] = ['batch', 'interaction', 'video'];

/** The kind of a job by its name alone. An Omni video is an interaction, and its name doesn't tell. */
function kindOf(id: string): JobType {
	if (/^batch(es\/|_)/.test(id)) return 'batch';
	return id.includes('/operations/') ? 'video' : 'interaction';
}

function reference(id: string, jobType: JobType = kindOf(id)): JobReference | string {
	const jobId = jobName(jobType, id);
	return jobId === null ? id : { jobType, jobId };
}

/** What is written between names of jobs in one text. */
const SEPARATORS = /[\s,;]+/;

/**
 * Reads which jobs a user means: names or job items, one or a list of them, or names in one text, separated by commas,
 * blanks or lines.
 *
 * @returns the jobs in their order, and what can't be the name of a job
 */
export function readReferences(value: unknown): { jobs: JobReference[]; wrong: string[] } {
	const read = (one: unknown): Array<JobReference | string> => {
		if (Array.isArray(one)) return one.flatMap(read);
		if (isJson(one)) {
			const id = text(one.jobId);
			const jobType = JOB_TYPES.find((type) => type === one.jobType);
			return [id === null ? JSON.stringify(one) : reference(id, jobType)];
		}
		const names = (text(one) ?? '').split(SEPARATORS).filter((name) => name !== '');
		return names.map((name) => reference(name));
	};
	const all = read(value);
	return {
		jobs: all.filter((one) => typeof one !== 'string'),
		wrong: all.filter((one) => typeof one === 'string'),
	};
}
