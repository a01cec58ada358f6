import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkJsonl } from '../../nodes/GeminiBatch/input/jsonl.ts';
import { lineBytes, lineSize } from '../../nodes/GeminiBatch/input/lines.ts';
import type { BatchPrompt } from '../../nodes/GeminiBatch/requests.ts';
import { GeminiClient } from '../../nodes/shared/gemini/client.ts';
import { uploadFile, type UploadSource } from '../../nodes/shared/gemini/upload.ts';
import { memoryInUse } from '../support/memoryInUse.mts';
import { Stage } from './support/stage.mts';

/*
 * Large inputs must not be held. The receiving end is the simplest one that speaks the upload protocol and forgets
 * the bytes; the emulator keeps them, in this very process.
 */

class Sink {
	received = 0;
	/** The most that was in use while a piece of the first and of the second half arrived. */
	peaks = [0, 0];
	#pieces = 0;
	#server = http.createServer((request, response) => {
		void (async () => {
			for await (const chunk of request) this.received += (chunk as Buffer).length;
			// The stage notes every request with its body.
			stage.sent.length = 0;
			if (this.#pieces++ % 3 === 0) {
				const half = this.received < SIZE / 2 ? 0 : 1;
				this.peaks[half] = Math.max(this.peaks[half], memoryInUse());
			}
			const command = String(request.headers['x-goog-upload-command']);
			response.setHeader('x-goog-upload-status', command.includes('finalize') ? 'final' : 'active');
			if (command === 'start') {
				this.received = 0;
				response.setHeader('x-goog-upload-url', `${this.url}/upload?upload_id=1`);
			}
			response.end('{"file":{"name":"files/a","state":"ACTIVE"}}');
		})();
	});

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async open(): Promise<void> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

const MB = 1_000_000;
const SIZE = 200 * MB;
/** A few pieces of 8 MiB on their way through n8n's HTTP helper. */
const ALLOWED = 120 * MB;
/** How much more may be in use in the second half; who holds the bytes has 100 MB more. */
const ALLOWED_LATER = 50 * MB;

let stage: Stage;
let sink: Sink;
let client: GeminiClient;

beforeAll(async () => {
	stage = await Stage.open();
	sink = new Sink();
	await sink.open();
	stage.credential.baseUrl = sink.url;
	client = await GeminiClient.for(stage.context());
});
afterAll(async () => {
	await sink.close();
	await stage.close();
});

/** Uploads 200 MB, and watches the memory in use meanwhile. */
async function uploadWatched(source: Pick<UploadSource, 'size' | 'bytes'>): Promise<void> {
	expect(source.size).toBeGreaterThan(SIZE);
	const before = memoryInUse();
	sink.peaks = [0, 0];
	const common = { displayName: 'in.jsonl', mimeType: 'application/jsonl' };
	expect(await uploadFile(client, { ...common, ...source })).toMatchObject({ name: 'files/a' });
	expect(sink.received).toBe(source.size);
	const [early, late] = sink.peaks;
	expect(early).toBeGreaterThan(0);
	expect(Math.max(early, late) - before).toBeLessThan(ALLOWED);
	expect(late - early).toBeLessThan(ALLOWED_LATER);
}

test('200 MB of requests are made and sent without being held', async () => {
	const words = 'Summarize this review. '.repeat(90);
	const prompts: BatchPrompt[] = Array.from({ length: 100_000 }, (_, index) => ({
		key: String(index),
		prompt: words,
	}));
	const size = prompts.reduce((sum, prompt) => sum + lineSize('text', prompt, new Map()), 0);
	const bytes = lineBytes('text', prompts, new Map());
	await uploadWatched({ size, bytes });
}, 60_000);

test('200 MB of images in requests are sent without being held', async () => {
	let opened = 0;
	const image = {
		field: 'data',
		itemIndex: 0,
		fileName: 'a.png',
		mimeType: 'image/png',
		size: 3 * MB,
		identity: 'a',
		open: async () => {
			opened++;
			return await Promise.resolve([Buffer.alloc(3 * MB, opened)]);
		},
	};
	const prompts: BatchPrompt[] = Array.from({ length: 52 }, (_, index) => ({
		key: String(index),
		prompt: 'What is it?',
		media: [image],
	}));
	const size = prompts.reduce((sum, prompt) => sum + lineSize('text', prompt, new Map()), 0);
	const bytes = lineBytes('text', prompts, new Map());
	await uploadWatched({ size, bytes });
	expect(opened).toBe(52);
}, 60_000);

test('200 MB of JSONL are checked and sent without being held', async () => {
	const text = 'Summarize this review. '.repeat(900);
	const lines = function* () {
		for (let index = 0; index < 9700; index++) {
			const request = { contents: [{ parts: [{ text }] }] };
			yield Buffer.from(`${JSON.stringify({ key: String(index), request })}\n`);
		}
	};
	const before = memoryInUse();
	let peak = 0;
	const watched = function* () {
		let count = 0;
		for (const line of lines()) {
			if (count++ % 2000 === 0) peak = Math.max(peak, memoryInUse());
			yield line;
		}
	};
	const found = await checkJsonl(watched(), 'text', 'in.jsonl', 2e9);
	expect(peak - before).toBeLessThan(ALLOWED / 4);
	const { size } = found as { size: number };
	await uploadWatched({ size, bytes: lines() });
}, 60_000);
