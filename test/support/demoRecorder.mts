import { SPREADSHEET_IN_EXAMPLES } from './examples.mts';
import { startRecorder } from './recorder/index.mts';
import type { Recorder } from './recorder/index.mts';

const SHEET = 'Reviews';
const REVIEWS = [
	['A-1', 'Arrived early and works perfectly.'],
	['A-2', 'The lid broke after two days.'],
	['A-3', 'Fine for the price.'],
];

/** Stands in for Slack, Google Sheets and Google Drive, with the sheet that the examples read; prints what Slack gets. */
export async function recorderForDemo(): Promise<Recorder> {
	const recorder = await startRecorder();
	recorder.sheets.add({
		id: SPREADSHEET_IN_EXAMPLES,
		sheets: {
			[SHEET]: [
				['sku', 'review', 'verdict', 'problem'],
				...REVIEWS.map((review) => [...review, '', '']),
			],
		},
	});
	recorder.slack.onMessage = ({ channel, text }) => console.log(`Slack #${channel}: ${text}`);
	return recorder;
}

/** Prints what the workflows left in the sheet and in Drive, and what they asked of services that nobody stands in for. */
export function printOutcome({ sheets, drive, unknown }: Recorder): void {
	console.log(`\nGoogle Sheets, "${SHEET}":`);
	console.table(sheets.rows(SPREADSHEET_IN_EXAMPLES, SHEET));
	for (const { name, mimeType, bytes } of drive.files) {
		console.log(`Google Drive: ${name}, ${mimeType}, ${bytes.length} bytes`);
	}
	for (const { method, host, path } of unknown) {
		console.log(`Nobody stands in for: ${method} https://${host}${path}`);
	}
}
