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
	chunks: Buffer[];
	received: number;
	finished: boolean;
}

const FILE_FIELDS = ['name', 'displayName', 'mimeType', 'sizeBytes', 'source', 'uri', 'state'];
// The rule in the comment on `File.name` of @google/genai.
const NAME = /^files\/[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const DEFAULT_TYPE = 'application/octet-stream';

const header = ({ headers }: Call, name: string): string | undefined => {
	const value = headers[name];
	return Array.isArray(value) ? value[0] : value;
};

/** Name, display name and type from `{file: {...}}`. */
function readMetadata(call: Call, body: Buffer): Pick<Upload, 'name' | 'displayName' | 'mimeType'> {
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
	return {
		name,
		displayName: optionalString(file.displayName, 'file.display_name'),
		mimeType: optionalString(file.mimeType, 'file.mime_type') ?? type ?? DEFAULT_TYPE,
	};
}

/** The first request: answers with the URL for the bytes. */
function start(call: Call): Answer {
	const { world, project } = call;
	const upload: Upload = {
		...readMetadata(call, call.body),
		chunks: [],
		received: 0,
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
			'x-goog-upload-chunk-granularity': '262144',
		},
	};
}

/** The following requests: bytes at an offset, a question how far it got, or the end. */
function proceed(call: Call): Answer {
	const { world, project } = call;
	const upload = project.uploads.get(call.query.get('upload_id') as string);
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
	if (commands.includes('upload')) {
		const offset = Number(header(call, 'x-goog-upload-offset') ?? 0);
		if (offset !== upload.received) {
			throw badRequest(`Invalid x-goog-upload-offset: ${offset}, expected ${upload.received}.`);
		}
		upload.chunks.push(call.body);
		upload.received += call.body.length;
	}
	if (!commands.includes('finalize'))
		return { json: {}, headers: { 'x-goog-upload-status': 'active' } };
	const { uploadFault } = world.settings;
	upload.finished = true;
	const file = addFile(world, project, {
		...upload,
		content: heldContent(...upload.chunks),
		source: 'UPLOADED',
	});
	upload.chunks = [];
	return {
		json: { file: showFile(world, file) },
		headers:
			uploadFault === 'no-status'
				? {}
				: { 'x-goog-upload-status': uploadFault === 'active-on-final' ? 'active' : 'final' },
	};
}

/** `multipart/related`: the metadata and the bytes in one body. */
function multipart(call: Call): Answer {
	const boundary = /boundary="?([^";]+)"?/.exec(header(call, 'content-type') ?? '')?.[1];
	if (!boundary) throw badRequest('Multipart body needs a boundary.');
	const [metadata, media] = splitParts(call.body, boundary);
	if (!metadata || !media) throw badRequest('Multipart body needs two parts.');
	const file = addFile(call.world, call.project, {
		...readMetadata(call, metadata.body),
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
