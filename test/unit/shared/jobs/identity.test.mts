import { jobIdentity } from '../../../../nodes/shared/jobs/identity.ts';
import type { JobStatus } from '../../../../nodes/shared/jobs/types.ts';

test.each<[JobStatus, JobStatus]>([
	['succeeded', 'succeeded'],
	['partlyFailed', 'succeeded'],
	['blocked', 'succeeded'],
	['failed', 'failed'],
	['expired', 'expired'],
	['cancelled', 'cancelled'],
	['incomplete', 'incomplete'],
	['requiresAction', 'requiresAction'],
	['unknown', 'unknown'],
])('a job that is %s is known as %s', (status, outcome) => {
	expect(jobIdentity({ jobId: 'batches/x', status })).toBe(`job:batches/x:${outcome}`);
});
