import { ApiError, badRequest } from './errors.mts';
import { fileState, findFile } from './files.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Project, World } from './world.mts';

const GOOGLE = 'https://generativelanguage.googleapis.com';
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The name `files/<id>` behind a URI of the Files API, with or without `:download`.
 * @returns undefined for any other address
 */
export function fileNameOf(world: World, uri: string): string | undefined {
	const host = [GOOGLE, world.url].find((one) => uri.startsWith(`${one}/`));
	if (host === undefined) return undefined;
	const path = /^\/(?:download\/)?v1\w*\/(files\/[^/:?]+)(?::download)?(?:\?.*)?$/;
	return path.exec(uri.slice(host.length))?.[1];
}

/**
 * Checks that a file can be used as input: it exists in the project and is ACTIVE.
 * @throws ApiError 403 (wording of unknown files as in googleapis/python-genai#1218) or 400
 */
export function requireActive(world: World, project: Project, name: string): void {
	const file = findFile(world, project, name);
	const id = name.replace('files/', '');
	if (!file) {
		const message = `You do not have permission to access the File ${id} or it may not exist.`;
		throw new ApiError(403, message);
	}
	if (fileState(file) === 'ACTIVE') return;
	const message = `The File ${id} is not in an ACTIVE state and usage is not allowed.`;
	throw badRequest(message, 'FAILED_PRECONDITION');
}

/** Whether `value` can be read as base64, plain or URL-safe. */
export const isBase64 = (value: unknown): value is string =>
	typeof value === 'string' && value !== '' && BASE64.test(value);

const MEDIA = ['image', 'audio', 'video', 'document'];

/** The content parts of an interaction's input: of a string, content, list of contents or list of steps. */
export function inputParts(input: unknown): Json[] {
	return [input].flat().flatMap((item) => {
		if (typeof item === 'string') return [{ type: 'text', text: item }];
		if (!isObject(item)) return [];
		return 'content' in item ? [item.content].flat().filter(isObject) : [item];
	});
}

/** The images, sounds, videos and documents among them. */
export const mediaParts = (input: unknown): Json[] =>
	inputParts(input).filter(({ type }) => MEDIA.includes(String(type)));
