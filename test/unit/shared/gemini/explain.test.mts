import { GeminiApiError } from '../../../../nodes/shared/gemini/errors';
import { explain } from '../../../../nodes/shared/gemini/explain';
import { failureFromAnswer, failureFromError } from '../../../../nodes/shared/gemini/failure';
import { API_KEY, connectionError, NODE } from '../../support/n8n.mts';

const JOB = 'batches/o08hk76gv328ihxcssjsgwt3g6omtfysxi46';
const read = { action: 'read the batch', subject: JOB };

/** Google's words in these tests hold the API key: it must not come through. */
const SAID = `Google's own words about ${API_KEY}`;

const rest = (status: number, word: string, reason?: string) =>
	failureFromAnswer(
		{
			status,
			headers: {},
			body: Buffer.from(
				JSON.stringify({
					error: {
						code: status,
						status: word,
						message: SAID,
						details: reason
							? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }]
							: [],
					},
				}),
			),
		},
		[API_KEY],
	);
const interactions = (status: number, code: string) =>
	failureFromAnswer(
		{ status, headers: {}, body: Buffer.from(JSON.stringify({ error: { code, message: SAID } })) },
		[API_KEY],
	);
const page = (status: number) =>
	failureFromAnswer({ status, headers: {}, body: Buffer.from(`<html>${SAID}</html>`) }, [API_KEY]);
const broken = (code: string) => failureFromError(connectionError(code), [API_KEY]);

const KEY = /API key.*credential|credential's 'API Key'/;
const CASES: Array<[string, ReturnType<typeof rest>, RegExp, RegExp]> = [
	['400 INVALID_ARGUMENT', rest(400, 'INVALID_ARGUMENT'), /refused the request/, /names the field/],
	[
		'400 with a bad key',
		rest(400, 'INVALID_ARGUMENT', 'API_KEY_INVALID'),
		/accept the API key/,
		KEY,
	],
	['400 FAILED_PRECONDITION', rest(400, 'FAILED_PRECONDITION'), /present state/, /billing/],
	['401 UNAUTHENTICATED', rest(401, 'UNAUTHENTICATED'), /accept the API key/, KEY],
	['403 PERMISSION_DENIED', rest(403, 'PERMISSION_DENIED'), /not allow/, /same Google project/],
	['404 NOT_FOUND', rest(404, 'NOT_FOUND'), /nothing under this name/, /has not been deleted/],
	['408', page(408), /not available/, /Try again in a few minutes/],
	['409 ABORTED', rest(409, 'ABORTED'), /exists already/, /present state/],
	['413', page(413), /too large/, /fewer or smaller/],
	['429 RESOURCE_EXHAUSTED', rest(429, 'RESOURCE_EXHAUSTED'), /quota/, /raise the quota/],
	['499 CANCELLED', rest(499, 'CANCELLED'), /refused/, /./],
	['500 INTERNAL', rest(500, 'INTERNAL'), /not available/, /Try again/],
	['502 page', page(502), /not available/, /Try again/],
	['503 UNAVAILABLE', rest(503, 'UNAVAILABLE'), /not available/, /Try again/],
	['504 DEADLINE_EXCEEDED', rest(504, 'DEADLINE_EXCEEDED'), /not available/, /Try again/],
	['200 page', page(200), /not from the Gemini API/, /'Base URL'/],
	['302 page', page(302), /not from the Gemini API/, /'Base URL'/],
	[
		'invalid_request',
		interactions(400, 'invalid_request'),
		/refused the request/,
		/names the field/,
	],
	['failed_precondition', interactions(400, 'failed_precondition'), /present state/, /condition/],
	['parameter_unknown', interactions(400, 'parameter_unknown'), /refused the request/, /field/],
	['content_blocked', interactions(400, 'content_blocked'), /content rules/, /prompt/],
	['safety', interactions(400, 'safety'), /content rules/, /prompt/],
	['recitation', interactions(400, 'recitation'), /content rules/, /prompt/],
	['prohibited_content', interactions(400, 'prohibited_content'), /content rules/, /prompt/],
	['authentication', interactions(401, 'authentication'), /accept the API key/, KEY],
	['permission_denied', interactions(403, 'permission_denied'), /not allow/, /Google project/],
	['not_found', interactions(404, 'not_found'), /nothing under this name/, /exists/],
	['model_not_found', interactions(404, 'model_not_found'), /nothing under this name/, /exists/],
	['already_exists', interactions(409, 'already_exists'), /exists already/, /present state/],
	['aborted', interactions(409, 'aborted'), /being changed/, /before trying again/],
	['rate_limit_exceeded', interactions(429, 'rate_limit_exceeded'), /quota/, /Try again/],
	['quota_exceeded', interactions(429, 'quota_exceeded'), /quota/, /Try again/],
	['too_many_requests', interactions(429, 'too_many_requests'), /quota/, /Try again/],
	['api_error', interactions(500, 'api_error'), /not available/, /Try again/],
	['not_implemented', interactions(501, 'not_implemented'), /does not offer/, /'API Version'/],
	['service_unavailable', interactions(503, 'service_unavailable'), /not available/, /Try again/],
	['deadline_exceeded', interactions(504, 'deadline_exceeded'), /not available/, /Try again/],
	[
		'refused connection',
		broken('ECONNREFUSED'),
		/could not be reached \(ECONNREFUSED\)/,
		/'Base URL'/,
	],
	['unknown host', broken('ENOTFOUND'), /could not be reached \(ENOTFOUND\)/, /internet/],
	['cut connection', broken('ECONNRESET'), /could not be reached \(ECONNRESET\)/, /internet/],
	['timeout', broken('ETIMEDOUT'), /could not be reached \(ETIMEDOUT\)/, /internet/],
	['a full disk', broken('ENOSPC'), /no room left to keep it \(ENOSPC\)/, /^".*Free space/],
	['certificate', broken('CERT_HAS_EXPIRED'), /could not be reached \(CERT/, /internet/],
	[
		'no request at all',
		failureFromError(new Error(SAID), [API_KEY]),
		/could not be made/,
		/values/,
	],
];

describe.each(CASES)('%s', (_, failure, what, todo) => {
	const { message, description } = explain(failure, read);

	it('says what happened to which job, and what to change', () => {
		expect(message).toMatch(what);
		expect(message).toContain(`Could not read the batch ${JOB}: `);
		expect(description).toMatch(todo);
	});

	it('quotes Google and the status in the description, never the API key', () => {
		expect(description).toContain(failure.message);
		expect(description.includes(`(HTTP ${failure.status})`)).toBe(failure.status !== null);
		expect(`${message} ${description}`).not.toContain(API_KEY);
	});

	it('keeps to the words that n8n wants: calm ones, and no bare status code', () => {
		const own = `${message} ${description.replace(failure.message, '')}`;
		expect(own).not.toMatch(/\b(error|problem|failure|mistake)/i);
		expect(message).not.toMatch(/\b[1-5]\d\d\b/);
		expect(message).not.toMatch(/undefined|null|\[object/);
		expect(description).not.toMatch(/undefined|null|\[object/);
		expect(message).not.toMatch(/\.$/);
	});

	it('reaches the user unchanged through the class that n8n shows', () => {
		const error = new GeminiApiError(NODE, failure, read);
		expect(error.message).toBe(message);
		expect(error.description).toBe(description);
		expect(error.httpCode).toBe(failure.status === null ? null : String(failure.status));
		expect(error.gemini).toBe(failure);
		expect(error.node).toBe(NODE);
		expect(JSON.stringify({ ...error, cause: error.cause })).not.toContain(API_KEY);
	});
});

describe('explain', () => {
	it('tells how long Google wants to be left alone', () => {
		const failure = { ...rest(429, 'RESOURCE_EXHAUSTED'), retryAfter: 36_400 };
		expect(explain(failure, read).description).toContain('Try again in about 37 seconds');
		expect(explain({ ...failure, retryAfter: 0 }, read).description).toContain('a few minutes');
	});

	it('names the limit that was reached, and for batches talks of minutes', () => {
		const quota = 'batch_enqueued_tokens (BatchEnqueuedTokensPerModel): 3000000';
		const failure = { ...rest(429, 'RESOURCE_EXHAUSTED'), retryAfter: 37_000, quota };
		expect(explain(failure, read).description).toContain(`The limit is ${quota}. Try again in`);
		const ifQuotaIsUsedUp = 'Wait for other batches';
		const { description } = explain(failure, { ...read, ifQuotaIsUsedUp });
		expect(description).toContain(`The limit is ${quota}. Wait for other batches, or raise`);
		expect(description).not.toContain('seconds');
	});

	it.each([403, 404])('knows that a model belongs to no project: %d', (status) => {
		const attempt = { action: 'find the model', subject: 'gemini-9', isModel: true };
		const { message, description } = explain(rest(status, 'X'), attempt);
		expect(message).toContain('Could not find the model gemini-9: ');
		expect(description).not.toMatch(/same Google project|deleted/);
	});

	const said = (message: string) => ({ ...rest(400, 'FAILED_PRECONDITION'), message });
	it.each([
		['User location is not supported for the API use.', /country/, /available-regions/],
		[
			'Gemini API free tier is not available in your country. Please enable billing on your project.',
			/country/,
			/Set up billing/,
		],
		['This model requires billing to be active.', /wants billing/, /docs\/billing/],
		['The batch is over.', /present state/, /condition/],
	])('knows by the words what Google wants: %s', (message, what, todo) => {
		const explained = explain(said(message), read);
		expect(explained.message).toMatch(what);
		expect(explained.description).toMatch(todo);
	});

	it('has other advice when nothing has a name yet', () => {
		const list = { action: 'list the models' };
		expect(explain(rest(404, 'NOT_FOUND'), list)).toMatchObject({
			message: 'Could not list the models: Google knows nothing under this name',
			description: expect.stringContaining("'API Version'") as unknown,
		});
		expect(explain(rest(403, 'PERMISSION_DENIED'), list).description).toContain('billing');
	});

	it('keeps the name of a job that looks like a code of the connection', () => {
		const attempt = { action: 'start the batch', subject: 'ENOENT eacces [n8n 01234567]' };
		expect(new GeminiApiError(NODE, rest(400, 'INVALID_ARGUMENT'), attempt).message).toBe(
			'Could not start the batch ENOENT eacces [n8n 01234567]: Google refused the request',
		);
	});
});

describe('something that was only to come into being', () => {
	it.each([403, 404])('is not looked for elsewhere: %d', (status) => {
		const attempt = { action: 'start the batch', subject: 'Reviews', isNew: true };
		const { message, description } = explain(rest(status, 'X'), attempt);
		expect(message).toContain('Reviews');
		expect(description).not.toMatch(/Reviews|same Google project/);
	});
});
