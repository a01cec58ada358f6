import { waitOperation } from '../../shared/jobs/waitOperation';
import { downloadFields, jobField, jobIdOf } from '../fields';
import { downloadDetails, videoOutcome } from '../outcome';

/** Waits for video jobs that were started before. */
export const { description, execute } = waitOperation({
	jobType: 'video',
	jobField,
	jobIdOf,
	fields: downloadFields(),
	limit: { amount: 30, unit: 'minutes' },
	outcome: videoOutcome,
	details: downloadDetails,
});
