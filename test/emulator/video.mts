import { BLOCKED_MARK } from './answers.mts';
import { filledContent } from './content.mts';
import type { Content } from './content.mts';
import { addFile, downloadUri } from './files.mts';
import type { StoredFile } from './files.mts';
import type { Project, World } from './world.mts';

/** The films of a job, and what became of the others. */
export interface Films {
	films: Content[];
	/** Films that the safety filters took away. */
	filtered: number;
	/** Why, one sentence a film. */
	reasons: string[];
}

const REASON = 'The video was blocked by the safety filters for violating the usage guidelines.';

const head = (type: string, size: number): Buffer => {
	const bytes = Buffer.alloc(8, type);
	bytes.writeUInt32BE(Math.min(size, 0xffff_ffff));
	bytes.write(type, 4, 'ascii');
	return bytes;
};

/**
 * A file that starts like an MP4 and carries the prompt; not a playable film.
 * @param number 0 for a job's first film
 * @param bytes its size; null: no filler
 */
function film(prompt: string, number: number, bytes: number | null): Content {
	const brand = Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1');
	const words = Buffer.from(`film${number > 0 ? ` ${number + 1}` : ''}: ${prompt}`, 'utf8');
	const least = 16 + brand.length + words.length;
	const size = Math.max(bytes ?? 0, least);
	const start = [head('ftyp', 8 + brand.length), brand];
	return filledContent(
		Buffer.concat([...start, head('mdat', size - 8 - brand.length), words]),
		size,
	);
}

/** The films a prompt leads to by the settings `filmBytes` and `filmsFiltered`; none for `[[blocked]]`. */
export function makeFilms({ settings }: World, prompt: string, count: number): Films {
	const blocked = prompt.includes(BLOCKED_MARK);
	const filtered = blocked ? count : Math.min(count, settings.filmsFiltered);
	return {
		films: Array.from({ length: count - filtered }, (_, index) =>
			film(prompt, index, settings.filmBytes),
		),
		filtered,
		reasons: Array.from({ length: filtered }, () => REASON),
	};
}

/** Stores a generated film. `uri` is where it is downloaded. */
export function storeFilm(
	world: World,
	project: Project,
	content: Content,
): { file: StoredFile; uri: string } {
	const file = addFile(world, project, {
		mimeType: 'video/mp4',
		content,
		source: 'GENERATED',
		...(world.settings.filmFileFails && {
			error: { code: 13, message: 'The video could not be processed.' },
		}),
	});
	return { file, uri: downloadUri(world, file.name) };
}
