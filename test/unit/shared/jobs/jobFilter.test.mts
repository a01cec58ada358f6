import { isWantedJob, readJobFilter } from '../../../../nodes/shared/jobs/jobFilter';

const JOB = { jobId: 'batches/abc', metadata: { source: 'reviews', lot: '7' } };
const entries = (...pairs: Array<[string, unknown]>) => ({
	onlyMetadata: { entries: pairs.map(([name, value]) => ({ name, value })) },
});

describe('a filter of jobs', () => {
	it.each<[string, unknown, boolean]>([
		['nothing', {}, true],
		['no options at all', undefined, true],
		['a name', { onlyJobs: 'batches/abc' }, true],
		['one of several names', { onlyJobs: 'v1_x, batches/abc ,' }, true],
		['another name', { onlyJobs: 'batches/ab' }, false],
		['a beginning', { onlyJobs: 'batches/*' }, true],
		['another beginning', { onlyJobs: 'models/*' }, false],
		['an entry', entries(['source', 'reviews']), true],
		['all entries', entries(['source', 'reviews'], ['lot', 7]), true],
		['an entry with any value', entries(['lot', '']), true],
		['another value', entries(['source', 'sales']), false],
		['an entry that is not there', entries(['source', 'reviews'], ['who', '']), false],
		['the name of something every object has', entries(['constructor', '']), false],
		['a row that was not filled in', entries(['', '']), true],
		['a name and another value', { onlyJobs: 'batches/abc', ...entries(['lot', '8']) }, false],
	])('that asks for %s', (_, options, isWanted) => {
		expect(isWantedJob(readJobFilter(options), JOB)).toBe(isWanted);
	});

	it('lets a job without a name pass only if no name is asked for', () => {
		const job = { jobId: null, metadata: {} };
		expect(isWantedJob(readJobFilter({}), job)).toBe(true);
		expect(isWantedJob(readJobFilter({ onlyJobs: '*' }), job)).toBe(true);
		expect(isWantedJob(readJobFilter({ onlyJobs: 'batches/*' }), job)).toBe(false);
	});
});
