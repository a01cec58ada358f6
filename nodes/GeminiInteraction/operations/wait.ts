import { simplifyField } from '../../shared/fields';
import { allowJwtOption } from '../../shared/jobs/jobOptions';
import { waitOperation } from '../../shared/jobs/waitOperation';
import { carriedBy } from '../continuation';
import { fileOptions, interactionField, interactionId, LIMIT, outputSettings } from '../fields';
import { interactionOutcome } from '../outcome';

/** Looks interactions up, and waits for those that are still running. */
export const { description, execute } = waitOperation({
	jobType: 'interaction',
	jobField: interactionField,
	jobIdOf: interactionId,
	fields: [
		simplifyField,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [allowJwtOption, ...fileOptions],
		},
	],
	limit: LIMIT,
	outcome: interactionOutcome,
	details: (context) => ({ ...outputSettings(context, null) }),
	carriedBy,
});
