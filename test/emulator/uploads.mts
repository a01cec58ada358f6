import { heldContent } from './content.mts';
import { ApiError, badRequest, notFound } from './errors.mts';
import { addFile, showFile } from './files.mts';
import { anyId } from './ids.mts';
import { message, optionalString, parseObject } from './proto-json.mts';
import type { Answer, Call, Route } from './world.mts';

/** A resumable upload under way. */
export interface Upload {
	name: string | undefined;
	displayName: string | undefined;
	mimeType: string;
	/** Bytes announced; undefined when they were not. */
	announced: number | undefined;
	chunks: Buffer[];
	received: number;
	/** Requests with bytes so far. */
	requests: number;
	finished: boolean;
}

const FILE_FIELDS = ['name', 'displayName', 'mimeType', 'sizeBytes', 'source', 'uri', 'state'];
// The rule in the comment on `File.name` of @google/genai.
const NAME = /^files\/[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const DEFAULT_TYPE = 'application/octet-stream';
/** Files of the Files API have at most 2 GB. */
const MOST_BYTES = 2 * 1024 ** 3;
const GRANULARITY = 262_144;

const header = ({ headers }: Call, name: string): string | undefined => {
	const value = headers[name];
	return Array.isArray(value) ? value[0] : value;
};

type Metadata = Pick<Upload, 'name' | 'displayName' | 'mimeType' | 'announced'>;

/** What `{file: {...}}` and the headers say about the file. */
function readMetadata(call: Call, body: Buffer): Metadata {
	const { strictJson } = call.world.settings;
	const root = message(parseObject(body), '', ['file'], strictJson);
	const file = message(root.file ?? {}, 'file', FILE_FIELDS, strictJson);
	const name = optionalString(file.name, 'file.name');
	if (name !== undefined && !NAME.test(name)) {
		throw badRequest(
			'* CreateFileRequest.file.name: File names must be lower-case letters, digits and dashes (neither first nor last), at most 40 characters.',
		);
	}
	if (name !== undefined && call.project.files.has(name)) {
		throw new ApiError(409, `Requested entity already exists: ${name}`);
	}
	const type = header(call, 'x-goog-upload-header-content-type');
	const mimeType = optionalString(file.mimeType, 'file.mime_type') ?? type ?? DEFAULT_TYPE;
	if (mimeType === 'application/jsonl' && call.world.settings.refuseJsonlType)
		throw badRequest(`Unsupported MIME type: ${mimeType}`);
	return {
		name,
		displayName: optionalString(file.displayName, 'file.display_name'),
		mimeType,
		announced: readSize(file.sizeBytes, header(call, 'x-goog-upload-header-content-length')),
	};
}

/** The size announced in the body and in the header; both may be missing, but they must not differ. */
function readSize(field: unknown, line: string | undefined): number | undefined {
	const sizes = [field, line].filter((one) => one !== undefined).map(Number);
	if (!sizes.every((size) => Number.isInteger(size) && size >= 0 && size === sizes[0]))
		throw badRequest(`Invalid size of the upload: ${[field, line].join(' and ')}.`);
	if ((sizes[0] ?? 0) > MOST_BYTES)
		throw badRequest(`The file is too large: ${sizes[0]} bytes, at most ${MOST_BYTES}.`);
	return sizes[0];
}

/** @throws ApiError 400 when not as many bytes came as were announced */
function checkSize(announced: number | undefined, received: number): void {
	if (announced === undefined || announced === received) return;
	throw badRequest(
		`The upload has ${received} bytes, but ${announced} were announced (x-goog-upload-header-content-length).`,
	);
}

/** The first request: answers with the URL for the bytes. */
function start(call: Call): Answer {
	const { world, project } = call;
	const upload: Upload = {
		...readMetadata(call, call.body),
		chunks: [],
		received: 0,
		requests: 0,
		finished: false,
	};
	const id = anyId();
	project.uploads.set(id, upload);
	const key = call.query.get('key');
	// The caller's own host, so that clients in a container reach the second request the way they reached the first.
	const host = header(call, 'host');
	const base = host ? `http://${host}` : world.url;
	const query = `upload_id=${id}&upload_protocol=resumable${key ? `&key=${encodeURIComponent(key)}` : ''}`;
	const url = `${base}/upload/${call.version}/files?${query}`;
	return {
		json: {},
		headers: {
			...(world.settings.uploadFault !== 'no-url' && { 'x-goog-upload-url': url }),
			'x-goog-upload-status': 'active',
			'x-goog-upload-chunk-granularity': String(GRANULARITY),
		},
	};
}

/** The following requests: bytes at an offset, a question how far it got, or the end. */
function proceed(call: Call): Answer {
	const upload = call.project.uploads.get(call.query.get('upload_id') as string);
	if (!upload) throw notFound('Upload not found.');
	const commands = (header(call, 'x-goog-upload-command') ?? '')
		.split(',')
		.map((one) => one.trim());
	const status = upload.finished ? 'final' : 'active';
	if (commands.includes('query')) {
		const size = String(upload.received);
		return {
			json: {},
			headers: { 'x-goog-upload-status': status, 'x-goog-upload-size-received': size },
		};
	}
	if (upload.finished) throw badRequest('The upload is already finalized.');
	const last = commands.includes('finalize');
	if (commands.includes('upload')) receive(call, upload, last);
	if (!last) return { json: {}, headers: { 'x-goog-upload-status': 'active' } };
	checkSize(upload.announced, upload.received);
	return finish(call, upload);
}

/** Takes the bytes of one request. A client that is refused can ask with `query` how far it got. */
function receive(call: Call, upload: Upload, last: boolean): void {
	const fault = call.world.settings.uploadFault;
	upload.requests += 1;
	if (fault === 'forbidden-second' && upload.requests === 2)
		throw new ApiError(403, 'The caller does not have permission');
	const offset = Number(header(call, 'x-goog-upload-offset') ?? 0);
	if (offset !== upload.received) {
		throw badRequest(`Invalid x-goog-upload-offset: ${offset}, expected ${upload.received}.`);
	}
	const first = upload.requests === 1;
	const half = first && (fault === 'unavailable' || (fault === 'lost-half' && !last));
	const kept = half ? halfOf(call.body) : call.body;
	upload.chunks.push(kept);
	upload.received += kept.length;
	if (first && fault === 'unavailable') throw new ApiError(503, 'Service unavailable.');
}

/** Half of the bytes, a multiple of the granularity. */
const halfOf = (bytes: Buffer): Buffer =>
	bytes.subarray(0, Math.floor(bytes.length / 2 / GRANULARITY) * GRANULARITY);

function finish({ world, project }: Call, upload: Upload): Answer {
	const { uploadFault } = world.settings;
	upload.finished = true;
	const file = addFile(world, project, {
		...upload,
		content: heldContent(...upload.chunks),
		source: 'UPLOADED',
		...(uploadFault === 'failed-file' && {
			error: { code: 3, message: 'The file could not be processed.' },
		}),
	});
	upload.chunks = [];
	const status = uploadFault === 'active-on-final' ? 'active' : 'final';
	return {
		json: { file: showFile(world, file) },
		headers: uploadFault === 'no-status' ? {} : { 'x-goog-upload-status': status },
	};
}

/** `multipart/related`: the metadata and the bytes in one body. */
function multipart(call: Call): Answer {
	const boundary = /boundary="?([^";]+)"?/.exec(header(call, 'content-type') ?? '')?.[1];
	if (!boundary) throw badRequest('Multipart body needs a boundary.');
	const [metadata, media] = splitParts(call.body, boundary);
	if (!metadata || !media) throw badRequest('Multipart body needs two parts.');
	const { announced, ...described } = readMetadata(call, metadata.body);
	checkSize(announced, media.body.length);
	const file = addFile(call.world, call.project, {
		...described,
		...(media.type && { mimeType: media.type }),
		bytes: media.body,
		source: 'UPLOADED',
	});
	return { json: { file: showFile(call.world, file) } };
}

function splitParts(
	body: Buffer,
	boundary: string,
): Array<{ type: string | undefined; body: Buffer }> {
	const text = body.toString('latin1');
	return text
		.split(`--${boundary}`)
		.slice(1, -1)
		.map((part) => {
			const head = part.indexOf('\r\n\r\n');
			const type = /content-type:\s*([^\r\n]+)/i.exec(part.slice(0, head))?.[1];
			return { type, body: Buffer.from(part.slice(head + 4, -2), 'latin1') };
		});
}

export const uploadRoutes: Route[] = [
	{
		method: 'POST',
		path: /^upload\/files$/,
		handle: (call) => {
			if (call.query.has('upload_id')) return proceed(call);
			const type = header(call, 'content-type') ?? '';
			return type.startsWith('multipart/related') ? multipart(call) : start(call);
		},
	},
];
