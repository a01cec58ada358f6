import { simplifyField } from '../../shared/fields';
import { waitOperation } from '../../shared/jobs/waitOperation';
import { carriedBy } from '../continuation';
import { fileOptions, interactionField, interactionId, LIMIT, outputSettings } from '../fields';
import { interactionOutcome } from '../outcome';

/** Looks interactions up, and waits for those that are still running. */
export const { description, execute } = waitOperation({
	jobType: 'interaction',
	jobField: interactionField,
	jobIdOf: interactionId,
	fields: [simplifyField],
	options: fileOptions,
	limit: LIMIT,
	outcome: interactionOutcome,
	details: (context) => ({ ...outputSettings(context, null) }),
	carriedBy,
});
