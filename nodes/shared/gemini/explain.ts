import { isOutOfRoom, type GeminiFailure } from './failure';

/** What was being done, for the text of an error. */
export interface Attempt {
	/** Reads on after "Could not": "start the batch", "list the models". */
	action: string;
	/** The job or thing it was about: `batches/x`, or the name it was to get. */
	subject?: string;
	/** Whether the subject was only to come into being, so that it can't be missing or somebody else's. */
	isNew?: boolean;
	/** Whether the subject is a model, which everybody has or nobody. */
	isModel?: boolean;
	/** What to do when a quota is used up, if the usual pause is no help; reads on after a sentence. */
	ifQuotaIsUsedUp?: string;
}

interface Explanation {
	/** What happened, in one line. */
	message: string;
	/** Google's reason and what to change. */
	description: string;
}

interface Advice {
	when: (failure: GeminiFailure) => boolean;
	what: (failure: GeminiFailure) => string;
	todo: (failure: GeminiFailure, attempt: Attempt) => string;
}

const wait = ({ retryAfter }: GeminiFailure) =>
	retryAfter ? `in about ${Math.ceil(retryAfter / 1000)} seconds` : 'in a few minutes';

/** Google's codes for a request that its safety filters stopped. */
const CONTENT_RULES = ['content_blocked', 'prohibited_content', 'recitation', 'safety'];

const FROM_THE_LIST =
	"Choose one from the list of 'Model': Google renames models and shuts them down.";

const BILLING = 'https://ai.google.dev/gemini-api/docs/billing';

const RAISE = 'or raise the quota: https://aistudio.google.com/usage';

const limit = ({ quota }: GeminiFailure): string => (quota ? `The limit is ${quota}. ` : '');

/** First match wins. The words come from Google's error catalogue: https://ai.google.dev/gemini-api/docs/troubleshooting */
const ADVICE: Advice[] = [
	{
		when: isOutOfRoom,
		what: ({ connection }) => `n8n has no room left to keep it (${connection})`,
		todo: () =>
			'Free space on the disk that n8n keeps binary data on, or enlarge it, and fetch it again then: nothing is lost or paid for twice, and Google keeps files for two days.',
	},
	{
		when: ({ status, connection }) => status === null && connection !== null,
		what: ({ connection }) => `the Gemini API could not be reached (${connection})`,
		todo: () =>
			"Check the 'Base URL' of the credential and whether this n8n may connect to the internet.",
	},
	{
		when: ({ status }) => status === null,
		what: () => 'the request could not be made',
		todo: () => 'Check the values of the node.',
	},
	{
		when: ({ reason, status }) => status === 401 || (reason ?? '').startsWith('API_KEY_'),
		what: () => 'Google does not accept the API key',
		todo: () =>
			"Put a valid key into the credential's 'API Key'. Keys: https://aistudio.google.com/apikey",
	},
	{
		when: ({ status }) => status === 403,
		what: () => 'Google does not allow this with the API key',
		todo: (_, { subject, isNew, isModel }) =>
			subject && !isNew && !isModel
				? `Check that ${subject} was started with a key of the same Google project.`
				: 'Check in Google AI Studio that the key may use the Gemini API and that billing is set up.',
	},
	{
		when: ({ status, code }) => status === 404 || code === 'not_found',
		what: () => 'Google knows nothing under this name',
		todo: (_, { subject, isNew, isModel }) => {
			if (isModel) return FROM_THE_LIST;
			return subject && !isNew
				? `Check that ${subject} exists, belongs to the same Google project as the API key, and has not been deleted.`
				: "Check the 'Base URL' and the 'API Version' of the credential.";
		},
	},
	{
		when: ({ status }) => status === 429,
		what: () => "the Google project's quota is used up for now",
		todo: (failure, { ifQuotaIsUsedUp = `Try again ${wait(failure)}` }) =>
			`${limit(failure)}${ifQuotaIsUsedUp}, ${RAISE}`,
	},
	{
		when: ({ message }) =>
			/\blocation is not supported|not available in your (country|region)/i.test(message),
		what: () => 'Google does not offer this in the country that the request comes from',
		todo: ({ message }) =>
			/billing/i.test(message)
				? `Set up billing for the Google project of the API key: ${BILLING}`
				: 'It comes from the server that runs n8n, or its proxy. Where the Gemini API is offered: https://ai.google.dev/gemini-api/docs/available-regions',
	},
	{
		when: ({ message, status }) =>
			status !== null &&
			status < 500 &&
			/\b(enable|requires?) billing\b|billing account/i.test(message),
		what: () => 'Google wants billing to be set up for this',
		todo: () => `Set up billing for the Google project of the API key: ${BILLING}`,
	},
	{
		when: ({ code }) => code === 'FAILED_PRECONDITION' || code === 'failed_precondition',
		what: () => 'Google refused this in the present state',
		todo: () => 'The sentence above names the condition: region, billing, or the state of the job.',
	},
	{
		when: ({ code }) => CONTENT_RULES.includes((code ?? '').toLowerCase()),
		what: () => "Google's content rules do not allow it",
		todo: () => 'Change the prompt or the files it refers to.',
	},
	{
		when: ({ status }) => status === 409,
		what: () => 'it exists already, or is being changed at this moment',
		todo: () => 'Look at its present state before trying again.',
	},
	{
		when: ({ status }) => status === 413,
		what: () => 'the request is too large',
		todo: () => 'Send fewer or smaller items at a time.',
	},
	{
		when: ({ status }) => status === 501,
		what: () => 'the Gemini API does not offer this',
		todo: () => "Check the 'API Version' of the credential.",
	},
	{
		when: ({ status }) => status === 408 || (status !== null && status >= 500),
		what: () => 'the Gemini API is not available at the moment',
		todo: (failure) => `Try again ${wait(failure)}. Status: https://aistudio.google.com/status`,
	},
	{
		when: ({ status }) => status !== null && status < 400,
		what: () => 'the answer is not from the Gemini API',
		todo: () => "Check the 'Base URL' of the credential.",
	},
	{
		when: () => true,
		what: () => 'Google refused the request',
		todo: () => 'The sentence above names the field to change.',
	},
];

/** Turns a failure into what a person needs: what happened, to which job, and what to change. */
export function explain(failure: GeminiFailure, attempt: Attempt): Explanation {
	const { what, todo } = ADVICE.find(({ when }) => when(failure)) as Advice;
	const subject = attempt.subject ? ` ${attempt.subject}` : '';
	const status = failure.status === null ? '' : ` (HTTP ${failure.status})`;
	return {
		message: `Could not ${attempt.action}${subject}: ${what(failure)}`,
		description: `"${failure.message}"${status}. ${todo(failure, attempt)}`,
	};
}
