import type * as envelope from '../../../nodes/shared/delivery/envelope.ts';
import type * as files from '../../../nodes/shared/gemini/files.ts';
import type * as publicUrl from '../../../nodes/shared/publicUrl.ts';
import type * as reference from '../../../nodes/shared/jobs/reference.ts';
import { built } from '../engine/instrument.mts';
import { must, mustBeSafeName } from '../support/invariants.mts';

const { readReferences, interactionIdFrom } = built<typeof reference>('shared/jobs/reference');
const { fileName } = built<typeof files>('shared/gemini/files');
const { jobName } = built<typeof envelope>('shared/delivery/envelope');
const { whyNotCallable } = built<typeof publicUrl>('shared/publicUrl');

const GOOGLE = 'https://generativelanguage.googleapis.com';

/** Names of jobs and files, and addresses, as people and APIs write them: as text, or as JSON. */
function run(input: Buffer): void {
	const text = input.toString();
	let value: unknown = text;
	try {
		value = JSON.parse(text);
	} catch {
		// It stays text.
	}
	const { jobs, wrong } = readReferences(value);
	for (const { jobType, jobId } of jobs) {
		mustBeSafeName(jobId);
		must(['batch', 'interaction', 'video'].includes(jobType), 'the kind is one of ours');
		must(jobName(jobType, jobId) === jobId, 'a name is its own name');
	}
	must(
		wrong.every((one) => typeof one === 'string'),
		'what is wrong is shown as text',
	);
	const id = interactionIdFrom(value);
	if (id !== undefined) mustBeSafeName(`interactions/${id}`);
	const file = fileName(text);
	if (file !== undefined) {
		mustBeSafeName(file);
		must(fileName(file) === file, 'a name is its own name');
	}
	if (whyNotCallable(text, GOOGLE) === undefined) {
		const { protocol, hostname, username } = new URL(text);
		must(protocol === 'https:' && username === '', 'Google calls https alone');
		must(
			!/^(localhost$|(127|10|192\.168|169\.254)(\.\d+)+$|\[::|\[f)|\.local$/.test(
				hostname.replace(/\.$/, ''),
			),
			'and no address inside of a network',
		);
	}
}

export const target = {
	seeds: [
		'batches/o08hk76gv328, models/veo-3.1/operations/x; v1_abc',
		'["batches/a",{"jobId":"v1_x","jobType":"video"},"interactions/y"]',
		'https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media',
		'files/abc',
		'https://n8n.example.com/webhook/x',
		'https://[::ffff:7f00:1]/x',
		'http://10.0.0.1/x',
	].map((text) => Buffer.from(text)),
	tokens: [
		'batches/',
		'batch_',
		'models/',
		'/operations/',
		'interactions/',
		'files/',
		'../',
		'./',
		'//',
		'%2e%2e',
		'?',
		'#',
		'\\',
		'@',
		':',
		'https://',
		'http://',
		'127.0.0.1',
		'localhost',
		'[::1]',
		'0x7f.1',
		'2130706433',
		'.',
		'\u0130',
		'\u3002',
		'jobId',
		'jobType',
		' ',
		',',
		';',
		'__proto__',
	],
	run,
};
