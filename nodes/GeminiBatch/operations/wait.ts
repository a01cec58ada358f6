import { waitOperation } from '../../shared/jobs/waitOperation';
import { batchName, batchOfItemField } from '../fields';
import { batchOutcome } from '../outcome';
import { errorsField, errorsOn } from '../resultFields';

/** Hands out the results of batches that are over, and waits for the others. */
export const { description, execute } = waitOperation({
	jobType: 'batch',
	jobField: batchOfItemField,
	jobIdOf: batchName,
	fields: [errorsField()],
	limit: { amount: 15, unit: 'minutes' },
	outcome: batchOutcome,
	details: (context) => ({ errorsOn: errorsOn(context) }),
});
