import { isSince } from '../../../nodes/GeminiWebhook/operations/job/findJobs.ts';
import {
	eventOf,
	reconciledItem,
} from '../../../nodes/GeminiWebhook/operations/job/reconciledItem.ts';
import { describeBatch, type JobDescription } from '../../../nodes/shared/jobs/describe.ts';
import type { JobStatus, JobType } from '../../../nodes/shared/jobs/types.ts';
import { NOW } from '../support/deliveries.mts';

const job = (changes: Partial<JobDescription> = {}): JobDescription => ({
	...describeBatch({ name: 'batches/x' }),
	...changes,
});

test.each<[JobType, JobStatus, string]>([
	['batch', 'succeeded', 'batch.succeeded'],
	['batch', 'partlyFailed', 'batch.succeeded'],
	['batch', 'failed', 'batch.failed'],
	['batch', 'expired', 'batch.expired'],
	['batch', 'cancelled', 'batch.cancelled'],
	['interaction', 'succeeded', 'interaction.completed'],
	['interaction', 'requiresAction', 'interaction.requires_action'],
	['interaction', 'failed', 'interaction.failed'],
	['interaction', 'cancelled', 'interaction.cancelled'],
	['interaction', 'incomplete', 'interaction.incomplete'],
	['video', 'succeeded', 'video.generated'],
	['video', 'blocked', 'video.generated'],
	['video', 'failed', 'video.failed'],
])('the event of a %s that is %s is %s', (jobType, status, event) => {
	expect(eventOf(job({ jobType, status }))).toBe(event);
});

test.each([
	[{ endedAt: '2026-11-23T07:00:00Z', updatedAt: '2026-11-23T07:30:00Z' }, '2026-11-23T07:00:00Z'],
	[{ updatedAt: '2026-11-23T07:30:00Z' }, '2026-11-23T07:30:00Z'],
	[{}, null],
])('happened when the API says that it ended: %j', (times, occurredAt) => {
	expect(reconciledItem(job(times), {}, NOW)).toMatchObject({
		occurredAt,
		receivedAt: '2026-11-23T08:00:00.000Z',
	});
});

test.each([
	[{ endedAt: '2026-11-23T08:00:00.123456789Z' }, true],
	[{ endedAt: '2026-11-23T07:59:59Z', updatedAt: '2026-11-23T09:00:00Z' }, false],
	[{ updatedAt: '2026-11-23T08:00:00Z', createdAt: '2026-11-01T00:00:00Z' }, true],
	[{ createdAt: '2026-11-01T00:00:00Z' }, false],
	[{}, true],
	[{ endedAt: 'soon' }, true],
])('%j is recent: %p', (times, expected) => {
	expect(isSince(job(times), NOW)).toBe(expected);
});
