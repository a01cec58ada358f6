import { field, list } from './answers.mts';
import { fileNameOf, requireActive } from './media-input.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Project, World } from './world.mts';

/**
 * What is wrong with a request that could be read: it is not refused with the batch, its own result is an error.
 * @param request under camelCase names
 * @returns the message of the error; undefined when nothing is wrong
 */
export function problemOf(
	world: World,
	project: Project,
	request: Json,
	kind: 'generate' | 'embed',
): string | undefined {
	if (kind === 'embed') {
		if (list(isObject(request.content) ? request.content.parts : []).length > 0) return undefined;
		return '* EmbedContentRequest.content: content is not specified';
	}
	const contents = list(request.contents).filter(isObject);
	if (contents.length === 0) return '* GenerateContentRequest.contents: contents is not specified';
	const role = contents.find(
		(one) => ![undefined, 'user', 'model', 'function'].includes(one.role as string),
	);
	if (role) return 'Please use a valid role: user, model.';
	return configProblem(request.generationConfig) ?? mediaProblem(world, project, contents);
}

function configProblem(config: unknown): string | undefined {
	if (!isObject(config)) return undefined;
	const { responseSchema, responseJsonSchema, responseMimeType } = config;
	if (responseSchema !== undefined && responseJsonSchema !== undefined)
		return 'Only one of response_schema and response_json_schema can be set.';
	const asked = responseSchema ?? responseJsonSchema;
	if (asked === undefined || responseMimeType === 'application/json') return undefined;
	return 'A response schema needs the response_mime_type application/json.';
}

/** Files have to be the project's and ACTIVE; other https addresses are none of the emulator's business. */
function mediaProblem(world: World, project: Project, contents: Json[]): string | undefined {
	for (const part of contents.flatMap(({ parts }) => list(parts)).filter(isObject)) {
		const file = field(part, 'fileData');
		if (!isObject(file)) continue;
		const uri = String(field(file, 'fileUri') ?? '');
		const name = fileNameOf(world, uri);
		try {
			if (name !== undefined) requireActive(world, project, name);
			else if (!uri.startsWith('https://')) return `Unsupported file uri: ${uri}`;
		} catch (error) {
			return (error as Error).message;
		}
	}
	return undefined;
}
