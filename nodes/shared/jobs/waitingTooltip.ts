/**
 * What the editor shows over a node while its execution is parked. n8n gives the expression nothing that knows the
 * jobs, only the URL that `park` notes for it: what is waited for stands behind its `#`.
 *
 * @param one what to say of a single job: "the batch is running"
 * @param many the same of several, after their number: "batches are running"
 */
export const waitingTooltip = (one: string, many: string): string =>
	`={{ ((what) => "Waiting for Google's webhook: " + (/^[0-9]+$/.test(what) ? what + " ${many}" : "${one}" + (what === "" ? "" : " (" + what + ")")))($execution.resumeUrl.split("#")[1] ?? "") }}`;

/** What is waited for, in the form that the expression above reads: the name of one job, or how many there are. */
export const waitedForText = (jobIds: string[]): string =>
	jobIds.length === 1 ? jobIds[0] : String(jobIds.length);
