import { randomUUID } from 'node:crypto';
import type { Answer } from '../../emulator/world.mts';
import { badRequest, notFound } from './googleErrors.mts';
import type { RecordedRequest } from './request.mts';

export interface DriveFile {
	id: string;
	name: string;
	mimeType: string;
	/** Ids of folders; `root` is My Drive. */
	parents: string[];
	bytes: Buffer;
}

/** An upload of which not everything has arrived. */
interface Upload {
	metadata: Partial<DriveFile>;
	chunks: Buffer[];
}

const UPLOADS = '/upload/drive/v3/files';
const ONE_FILE = /^\/drive\/v3\/files\/([^/]+)$/;
/** A chunk that isn't the last one must be a multiple of this. */
const CHUNK_BYTES = 256 * 1024;

/**
 * A Google Drive (https://developers.google.com/workspace/drive/api/reference/rest/v3): uploads as n8n's Google
 * Drive node makes them, downloads and changes of a file's metadata.
 */
export class Drive {
	/** Everything there is, oldest first. */
	readonly files: DriveFile[] = [];
	readonly #uploads = new Map<string, Upload>();

	/** Puts a file there. */
	add({ name = 'Untitled', mimeType = 'application/octet-stream', ...file }: Partial<DriveFile>) {
		const added: DriveFile = {
			id: file.id ?? randomUUID(),
			name,
			mimeType,
			parents: file.parents ?? ['root'],
			bytes: file.bytes ?? Buffer.alloc(0),
		};
		this.files.push(added);
		return added;
	}

	/** Answers for www.googleapis.com. @throws GoogleError */
	answer(request: RecordedRequest): Answer | undefined {
		const { method, path, query } = request;
		if (path === UPLOADS && query.uploadType === 'resumable') {
			if (method === 'POST') return this.#begin(request);
			if (method === 'PUT') return this.#receive(request);
		}
		const id = ONE_FILE.exec(path)?.[1];
		if (id && method === 'GET') return this.#get(id, query.alt);
		if (id && method === 'PATCH') return this.#change(id, request);
		return undefined;
	}

	/** @returns where the bytes are to be sent */
	#begin({ body, headers, host }: RecordedRequest): Answer {
		const mimeType = headers['x-upload-content-type'];
		const metadata = { mimeType: mimeType as string, ...(body as Partial<DriveFile>) };
		const uploadId = randomUUID();
		this.#uploads.set(uploadId, { metadata, chunks: [] });
		const location = `https://${host}${UPLOADS}?uploadType=resumable&upload_id=${uploadId}`;
		return { headers: { location }, bytes: Buffer.alloc(0) };
	}

	/** Takes a chunk: the file when it was the last one, else 308. */
	#receive({ query, headers, bytes }: RecordedRequest): Answer {
		const upload = this.#uploads.get(query.upload_id);
		if (!upload) throw notFound('There is no such upload.');
		const received = Buffer.concat(upload.chunks).length;
		const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '');
		const [start, end, total] = (range ?? []).slice(1).map(Number);
		const isLast = end + 1 === total;
		if (start !== received || end + 1 !== received + bytes.length) {
			throw badRequest(`Content-Range ${headers['content-range']} does not follow ${received}`);
		}
		if (!isLast && bytes.length % CHUNK_BYTES !== 0) throw badRequest('Chunk of a wrong size');
		upload.chunks.push(bytes);
		if (!isLast) {
			return { status: 308, headers: { range: `bytes=0-${end}` }, bytes: Buffer.alloc(0) };
		}
		this.#uploads.delete(query.upload_id);
		return {
			json: describe(this.add({ ...upload.metadata, bytes: Buffer.concat(upload.chunks) })),
		};
	}

	#get(id: string, alt?: string): Answer {
		const file = this.#find(id);
		if (alt !== 'media') return { json: describe(file) };
		return { headers: { 'content-type': file.mimeType }, bytes: file.bytes };
	}

	#change(id: string, { body, query }: RecordedRequest): Answer {
		const file = this.#find(id);
		const { name, mimeType } = (body ?? {}) as Partial<DriveFile>;
		Object.assign(file, name && { name }, mimeType && { mimeType });
		const added = (query.addParents ?? '').split(',').filter(Boolean);
		file.parents = [...new Set([...file.parents, ...added])];
		return { json: describe(file) };
	}

	#find(id: string): DriveFile {
		const file = this.files.find((one) => one.id === id);
		if (!file) throw notFound(`File not found: ${id}.`);
		return file;
	}
}

/** The fields Google gives unless asked for more. */
function describe({ id, name, mimeType }: DriveFile) {
	return { kind: 'drive#file', id, name, mimeType };
}

/** Whether a request needs no access token: the address of an upload is its own proof. */
export function isUploadedChunk({ method, path, query }: RecordedRequest): boolean {
	return method === 'PUT' && path === UPLOADS && query.upload_id !== undefined;
}
