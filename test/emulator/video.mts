import { addFile, downloadUri } from './files.mts';
import type { StoredFile } from './files.mts';
import type { Project, World } from './world.mts';

const box = (type: string, content: Buffer): Buffer => {
	const size = Buffer.alloc(4);
	size.writeUInt32BE(content.length + 8);
	return Buffer.concat([size, Buffer.from(type, 'ascii'), content]);
};

/** A file that starts like an MP4 and carries the prompt; not a playable film. */
export function filmBytes(prompt: string): Buffer {
	return Buffer.concat([
		box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1')),
		box('mdat', Buffer.from(`film: ${prompt}`, 'utf8')),
	]);
}

/** Stores a generated film. `uri` is where it is downloaded. */
export function makeFilm(
	world: World,
	project: Project,
	prompt: string,
): { file: StoredFile; uri: string } {
	const bytes = filmBytes(prompt);
	const file = addFile(world, project, { mimeType: 'video/mp4', bytes, source: 'GENERATED' });
	return { file, uri: downloadUri(world, file.name) };
}
