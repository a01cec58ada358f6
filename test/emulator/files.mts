import { timestamp } from './clock.mts';
import { heldContent } from './content.mts';
import type { Content } from './content.mts';
import { ApiError, badRequest } from './errors.mts';
import { fileId } from './ids.mts';
import { page } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Answer, Call, Project, Route, World } from './world.mts';

/** A file of the Files API. */
export interface StoredFile {
	/** `files/<id>` */
	name: string;
	displayName: string | undefined;
	mimeType: string;
	content: Content;
	/** Emulator milliseconds. */
	createdAt: number;
	source: 'UPLOADED' | 'GENERATED';
	/** Reads that still report PROCESSING. */
	pollsProcessing: number;
	/** Set: the file is FAILED as soon as it is no longer PROCESSING. */
	error: { code: number; message: string } | undefined;
}

const GOOGLE = 'https://generativelanguage.googleapis.com';
const LONGEST_ID = 40;

/** Where file URIs point, by the setting `fileUris`. */
export const fileHost = (world: World): string =>
	world.settings.fileUris === 'google' ? GOOGLE : world.url;

/** The URI under which a generated file is downloaded. */
export const downloadUri = (world: World, name: string): string =>
	`${fileHost(world)}/v1beta/${name}:download?alt=media`;

/** A file to add; `name` is made up when left out. */
export type NewFile = Pick<StoredFile, 'mimeType' | 'source'> & {
	name?: string;
	displayName?: string;
	error?: StoredFile['error'];
} & ({ bytes: Buffer } | { content: Content });

/** Puts a file into a project. */
export function addFile(world: World, project: Project, part: NewFile): StoredFile {
	const file: StoredFile = {
		name: part.name ?? `files/${fileId()}`,
		displayName: part.displayName,
		mimeType: part.mimeType,
		content: 'bytes' in part ? heldContent(part.bytes) : part.content,
		source: part.source,
		createdAt: world.clock.now(),
		pollsProcessing: world.settings.filePollsProcessing,
		error: part.error,
	};
	project.files.set(file.name, file);
	return file;
}

/** The file, unless it never was, belongs to someone else, or is older than 48 hours. */
export function findFile(world: World, project: Project, name: string): StoredFile | undefined {
	const file = project.files.get(name);
	if (!file) return undefined;
	if (file.createdAt + world.settings.fileLifeMs > world.clock.now()) return file;
	project.files.delete(name);
	return undefined;
}

/** PROCESSING for the number of reads asked for, then ACTIVE; FAILED when it has an error. */
export function fileState(file: StoredFile): 'PROCESSING' | 'ACTIVE' | 'FAILED' {
	if (file.pollsProcessing > 0) return 'PROCESSING';
	return file.error ? 'FAILED' : 'ACTIVE';
}

/** A file as the API shows it. */
export function showFile(world: World, file: StoredFile): Json {
	const state = fileState(file);
	return {
		name: file.name,
		...(file.displayName !== undefined && { displayName: file.displayName }),
		mimeType: file.mimeType,
		sizeBytes: String(file.content.size),
		createTime: timestamp(file.createdAt),
		updateTime: timestamp(file.createdAt),
		expirationTime: timestamp(file.createdAt + world.settings.fileLifeMs),
		// base64 of the hexadecimal text, as recorded in google-gemini/cookbook
		sha256Hash: Buffer.from(file.content.sha256(), 'ascii').toString('base64'),
		uri: `${fileHost(world)}/v1beta/${file.name}`,
		...(file.source === 'GENERATED' && { downloadUri: downloadUri(world, file.name) }),
		state,
		source: file.source,
		...(state === 'FAILED' && { error: file.error }),
	};
}

/** Unknown and foreign files get the same answer (wording as in googleapis/python-genai#1218). */
function requireFile({ world, project, params }: Call): StoredFile {
	const id = params[0] as string;
	const file = findFile(world, project, `files/${id}`);
	if (file) return file;
	throw new ApiError(
		403,
		`You do not have permission to access the File ${id} or it may not exist.`,
	);
}

function get(call: Call): Json {
	const id = call.params[0] as string;
	if (call.world.settings.refuseLongFileNames && id.length > LONGEST_ID) {
		throw badRequest(
			`* GetFileRequest.name: File name must be at most ${LONGEST_ID} characters after "files/".`,
		);
	}
	const file = requireFile(call);
	const shown = showFile(call.world, file);
	if (file.pollsProcessing > 0) file.pollsProcessing -= 1;
	return shown;
}

function list({ world, project, query }: Call): Json {
	const files = [...project.files.keys()]
		.map((name) => findFile(world, project, name))
		.filter((file) => file !== undefined)
		.reverse();
	const limits = { usual: 10, most: 100 };
	const { items, next } = page(files, query.get('pageSize'), query.get('pageToken'), limits);
	return {
		files: items.map((file) => showFile(world, file)),
		...(next && { nextPageToken: next }),
	};
}

/** Always the whole file: a `range` header is ignored. */
function download(call: Call): Answer {
	const { world, query } = call;
	const file = requireFile(call);
	if (query.get('alt') !== 'media')
		throw badRequest('Downloads need the query parameter alt=media.');
	if (file.source === 'UPLOADED' && !world.settings.downloadUploaded) {
		throw badRequest('Only generated files can be downloaded.', 'FAILED_PRECONDITION');
	}
	if (fileState(file) !== 'ACTIVE') throw badRequest('File is not ready.', 'FAILED_PRECONDITION');
	const found: Answer = {
		content: file.content,
		headers: { 'content-type': file.mimeType },
	};
	const to = world.settings.downloadRedirect;
	if (to === false || query.has('moved')) return found;
	const same = `${world.url}/download/${call.version}/${file.name}:download?alt=media&moved=1`;
	const location = to === 'other' ? world.other.offer(found) : same;
	return { status: 302, headers: { location }, json: {} };
}

function remove(call: Call): Json {
	call.project.files.delete(requireFile(call).name);
	return {};
}

export const fileRoutes: Route[] = [
	{ method: 'GET', path: /^files$/, handle: (call) => ({ json: list(call) }) },
	{ method: 'GET', path: /^files\/([^/:]+)$/, handle: (call) => ({ json: get(call) }) },
	{ method: 'DELETE', path: /^files\/([^/:]+)$/, handle: (call) => ({ json: remove(call) }) },
	{ method: 'GET', path: /^(?:download\/)?files\/([^/:]+):download$/, handle: download },
];
