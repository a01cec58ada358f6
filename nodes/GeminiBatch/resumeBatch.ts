import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { resume } from '../shared/jobs/resume';
import { readDetails } from './operations/start';
import { outcomeItems } from './results';

/** Goes on with a waiting execution when Google reports the end of its batch. */
export async function resumeBatch(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return await resume(context, {
		allowJwt: options.allowJwt === true,
		toItems: ([{ raw, job }], stored) => {
			const { keys, asJson } = readDetails(stored);
			return [outcomeItems(raw, job, keys, asJson)];
		},
	});
}
