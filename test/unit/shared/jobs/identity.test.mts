import { jobIdentity } from '../../../../nodes/shared/jobs/identity.ts';

test.each([
	['succeeded', 'succeeded'],
	['partlyFailed', 'succeeded'],
	['blocked', 'succeeded'],
	['failed', 'failed'],
	['expired', 'expired'],
	['cancelled', 'cancelled'],
	['incomplete', 'incomplete'],
	['requiresAction', 'requiresAction'],
	['constructor', 'constructor'],
])('a job that is %s is known as %s', (status, outcome) => {
	expect(jobIdentity({ jobId: 'batches/x', status })).toBe(`job:batches/x:${outcome}`);
});
