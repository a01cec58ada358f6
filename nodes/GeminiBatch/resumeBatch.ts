import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { resume } from '../shared/jobs/resume';
import { outcomeItems, readBatchDetails } from './results';

/** Goes on with a waiting execution when Google reports the end of its batch. */
export async function resumeBatch(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	return await resume(context, ([{ raw, job }], details) => [
		outcomeItems(raw, job, readBatchDetails(details)),
	]);
}
