/** The recorder that stands in for Slack and Google, asked by n8n's own nodes. */
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowNode } from '../support/n8nTypes.mts';
import { startRecorder } from '../support/recorder/index.mts';
import type { Recorder } from '../support/recorder/index.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { chain, node, setNode } from '../support/workflowParts.mts';

jest.setTimeout(90_000);

const DOCUMENT = 'ID-of-your-spreadsheet-goes-here';
const START = node('Start', 'manualTrigger', 1);

let recorder: Recorder;
let stage: Stage;

beforeAll(async () => {
	recorder = await startRecorder();
	stage = await openStage({ recorder });
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await recorder?.close();
});

beforeEach(() => {
	recorder.requests.length = 0;
	recorder.slack.messages.length = 0;
	recorder.drive.files.length = 0;
	recorder.sheets.add({
		id: DOCUMENT,
		sheets: {
			'Customer reviews': [
				['sku', 'review', 'stars', 'verdict'],
				['A-1', 'Works perfectly.', 5, ''],
				['A-2', 'The lid broke.', 1, ''],
			],
		},
	});
});

test("a sheet's rows are read, posted to Slack, and updated by their key", async () => {
	const execution = await run([
		sheets('Rows', { operation: 'read' }),
		slack('Post', '={{ $json.sku }}: {{ $json.review }}'),
		sheets('Update', {
			operation: 'update',
			columns: columns('sku', {
				sku: "={{ $('Rows').item.json.sku }}",
				verdict: "={{ $('Rows').item.json.stars > 3 ? 'happy' : 'unhappy' }}",
			}),
		}),
	]);
	expect(itemsOf(execution, 'Rows').map(({ json }) => json)).toEqual([
		{ row_number: 2, sku: 'A-1', review: 'Works perfectly.', stars: 5, verdict: '' },
		{ row_number: 3, sku: 'A-2', review: 'The lid broke.', stars: 1, verdict: '' },
	]);
	expect(recorder.slack.messages).toMatchObject([
		{ channel: 'general', text: 'A-1: Works perfectly.' },
		{ channel: 'general', text: 'A-2: The lid broke.' },
	]);
	expect(itemsOf(execution, 'Post')[1].json).toMatchObject({ ok: true, channel: 'C0GENERAL' });
	expect(recorder.sheets.rows(DOCUMENT, 'Customer reviews')).toEqual([
		{ sku: 'A-1', review: 'Works perfectly.', stars: 5, verdict: 'happy' },
		{ sku: 'A-2', review: 'The lid broke.', stars: 1, verdict: 'unhappy' },
	]);
	expect(recorder.requests).toContainEqual(
		expect.objectContaining({
			host: 'slack.com',
			method: 'POST',
			path: '/api/chat.postMessage',
			body: expect.objectContaining({ channel: '#general' }),
			headers: expect.objectContaining({ authorization: 'Bearer xoxb-recorder' }),
			status: 200,
		}),
	);
});

test('a row whose key is there is updated, any other is appended, and a new column is made', async () => {
	await run([
		node('Results', 'set', 3.4, {
			mode: 'raw',
			jsonOutput: '{"rows": [{"sku": "A-2", "score": "7"}, {"sku": "A-3", "score": "9"}]}',
		}),
		node('Split', 'splitOut', 1, { fieldToSplitOut: 'rows' }),
		sheets('Upsert', {
			operation: 'appendOrUpdate',
			columns: {
				mappingMode: 'autoMapInputData',
				matchingColumns: ['sku'],
				value: {},
				schema: [],
			},
		}),
	]);
	const rows = recorder.sheets.rows(DOCUMENT, 'Customer reviews');
	expect(rows.map(({ sku, score }) => [sku, score])).toEqual([
		['A-1', ''],
		['A-2', 7],
		['A-3', 9],
	]);
});

test.each([{}, { useAppend: true }])('rows are appended, with the options %j', async (options) => {
	await run([
		setNode('Row', { sku: 'A-9', review: 'New.' }),
		sheets('Append', {
			operation: 'append',
			columns: { mappingMode: 'autoMapInputData', value: {}, schema: [] },
			options,
		}),
	]);
	const rows = recorder.sheets.rows(DOCUMENT, 'Customer reviews');
	expect(rows).toHaveLength(3);
	expect(rows[2]).toEqual({ sku: 'A-9', review: 'New.', stars: '', verdict: '' });
});

// The node sends chunks of 2 MiB.
test.each([5, 5_000_000])('a file of %i bytes is uploaded and downloaded', async (size) => {
	const execution = await run([
		setNode('Text', { text: `={{ 'abcde'.repeat(${size / 5}) }}` }),
		node('File', 'convertToFile', 1.1, {
			operation: 'toText',
			sourceProperty: 'text',
			options: { fileName: 'film.txt' },
		}),
		drive('Upload', { operation: 'upload', name: 'The film.txt' }),
		drive('Download', {
			operation: 'download',
			fileId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
		}),
	]);
	const [file, ...others] = recorder.drive.files;
	expect(others).toEqual([]);
	expect(file).toMatchObject({ name: 'The film.txt', mimeType: 'text/plain', parents: ['root'] });
	// jest compares megabytes for seconds, in which n8n gives up its connections.
	expect(file.bytes.equals(Buffer.from('abcde'.repeat(size / 5)))).toBe(true);
	const chunks = recorder.requests.filter(({ method }) => method === 'PUT');
	expect(chunks).toHaveLength(Math.ceil(size / (2 * 1024 * 1024)));
	expect(itemsOf(execution, 'Upload')[0].json).toMatchObject({ name: 'The film.txt' });
	expect(itemsOf(execution, 'Download')[0].binary?.data).toMatchObject({
		fileName: 'The film.txt',
		bytes: size,
	});
});

test('an access token that has expired is renewed', async () => {
	recorder.google.expireTokens();
	const execution = await run([sheets('Rows', { operation: 'read' })]);
	expect(itemsOf(execution, 'Rows')).toHaveLength(2);
	expect(recorder.requests.map(({ host, status }) => `${status} ${host}`).slice(0, 3)).toEqual([
		'401 sheets.googleapis.com',
		'200 oauth2.googleapis.com',
		'200 sheets.googleapis.com',
	]);
});

test('what the recorder does not know is refused in clear words; Gemini is not asked through it', async () => {
	const { api, credential, emulator } = stage;
	const gemini = { apiKey: API_KEY, baseUrl: emulator.url, apiVersion: 'v1beta' };
	expect(await api.testCredential(credential, gemini)).toMatchObject({ status: 'OK' });
	expect(emulator.requests).not.toHaveLength(0);
	expect(recorder.requests).toEqual([]);

	const request = { url: 'https://example.com/path?a=b', options: fullResponse() };
	const execution = await run([node('Ask', 'httpRequest', 4.2, request)]);
	expect(itemsOf(execution, 'Ask')[0].json).toMatchObject({
		statusCode: 502,
		body: { error: { message: 'The recorder has no answer to GET https://example.com/path' } },
	});
	expect(recorder.unknown).toMatchObject([{ host: 'example.com', query: { a: 'b' } }]);
});

test('a message to a channel that is not there fails as it does in Slack', async () => {
	const definition = chain('Lost', [START, slack('Post', 'Hello', '#nowhere')]);
	const workflowId = await stage.save(definition);
	await stage.api.runManually(workflowId, { startNode: START.name });
	const { data } = await stage.api.waitForExecution({ workflowId, status: 'error' });
	expect(data.resultData.error?.message).toContain('channel_not_found');
});

/** Runs the nodes one after the other. @returns the execution, which succeeded */
async function run(nodes: WorkflowNode[]) {
	const workflowId = await stage.save(chain('Recorder', [START, ...nodes]));
	await stage.api.runManually(workflowId, { startNode: START.name });
	const execution = await stage.api.waitForExecution({ workflowId, timeoutMs: 60_000 });
	expect(execution.data.resultData.error).toBeUndefined();
	expect(execution.status).toBe('success');
	return execution;
}

function slack(name: string, text: string, channel = '#general'): WorkflowNode {
	const parameters = {
		select: 'channel',
		channelId: { __rl: true, mode: 'name', value: channel },
		text,
		otherOptions: { includeLinkToWorkflow: false },
	};
	return { ...node(name, 'slack', 2.7, parameters), credentials: replaceMe('slackApi') };
}

function sheets(name: string, parameters: Record<string, unknown>): WorkflowNode {
	const where = {
		documentId: { __rl: true, mode: 'id', value: DOCUMENT },
		sheetName: { __rl: true, mode: 'name', value: 'Customer reviews' },
	};
	const sheetNode = node(name, 'googleSheets', 4.7, { ...where, options: {}, ...parameters });
	return { ...sheetNode, credentials: replaceMe('googleSheetsOAuth2Api') };
}

function drive(name: string, parameters: Record<string, unknown>): WorkflowNode {
	const where = {
		driveId: { __rl: true, mode: 'list', value: 'My Drive' },
		folderId: { __rl: true, mode: 'list', value: 'root' },
	};
	const driveNode = node(name, 'googleDrive', 3, { ...where, options: {}, ...parameters });
	return { ...driveNode, credentials: replaceMe('googleDriveOAuth2Api') };
}

/** As it stands in an example's file. */
const replaceMe = (type: string) => ({ [type]: { id: 'replace-me', name: type } });

function columns(key: string, value: Record<string, string>) {
	const schema = Object.keys(value).map((id) => ({
		id,
		displayName: id,
		required: false,
		defaultMatch: false,
		display: true,
		type: 'string',
		canBeUsedToMatch: true,
	}));
	return { mappingMode: 'defineBelow', matchingColumns: [key], value, schema };
}

const fullResponse = () => ({ response: { response: { fullResponse: true, neverError: true } } });
