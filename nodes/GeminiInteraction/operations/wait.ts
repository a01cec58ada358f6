import { waitOperation } from '../../shared/jobs/waitOperation';
import { carriedBy } from '../continuation';
import {
	fileOptions,
	interactionField,
	interactionId,
	LIMIT,
	outputSettings,
	simplifyField,
} from '../fields';
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
			options: [
				{
					displayName: 'Allow JWT Signatures',
					name: 'allowJwt',
					type: 'boolean',
					default: false,
					description:
						"Whether the webhook that ends the waiting may carry the JWT signature of Google's guide. The interaction is read from the API in any case.",
				},
				...fileOptions,
			],
		},
	],
	limit: LIMIT,
	outcome: interactionOutcome,
	details: (context) => ({ ...outputSettings(context, null) }),
	carriedBy,
});
