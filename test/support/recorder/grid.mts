import { badRequest } from './googleErrors.mts';

/** An empty cell is an empty text. */
export type Cell = string | number | boolean;

/** Cells from `top`/`left` to `bottom`/`right`, counted from 0, both ends included; Infinity: to the sheet's end. */
export interface Area {
	top: number;
	left: number;
	bottom: number;
	right: number;
}

const A1 = /^([A-Z]+)?(\d+)?(?::([A-Z]+)?(\d+)?)?$/;

/**
 * Reads a range such as `'My Sheet'`, `Sheet1!A:Z`, `Sheet1!2:2`, `Sheet1!B3` or `Sheet1!A2:C9`.
 *
 * @throws GoogleError when it is none
 */
export function parseRange(range: string): { sheet: string; area: Area } {
	const [name, cells = ''] = range.split('!');
	const sheet = name.replace(/^'(.*)'$/, '$1').replaceAll("''", "'");
	const match = A1.exec(cells.toUpperCase());
	if (!match) throw badRequest(`Unable to parse range: ${range}`);
	const [, left, top, right, bottom] = match;
	const isOneCell = cells !== '' && !cells.includes(':');
	const area = {
		top: top ? Number(top) - 1 : 0,
		left: left ? columnIndex(left) : 0,
		bottom: bottom ? Number(bottom) - 1 : Infinity,
		right: right ? columnIndex(right) : Infinity,
	};
	return { sheet, area: isOneCell ? { ...area, bottom: area.top, right: area.left } : area };
}

/** `A` is 0, `AA` is 26. */
function columnIndex(letters: string): number {
	return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** One sheet of a spreadsheet. Like Google's, it grows only when asked to. */
export class Sheet {
	readonly id: number;
	readonly title: string;
	/** A new sheet's size at Google. */
	rowCount = 1000;
	columnCount = 26;
	readonly #cells: Cell[][];

	constructor(id: number, title: string, values: Cell[][]) {
		this.id = id;
		this.title = title;
		this.#cells = values.map((row) => [...row]);
	}

	/** Rows of cells without the empty ones at the end of each row and of the area. */
	read({ top, left, bottom, right }: Area): Cell[][] {
		// Rows and cells that nobody wrote to are holes.
		const rows = Array.from(this.#cells.slice(top, bottom + 1), (row = []) =>
			trimmed(Array.from(row, (cell) => cell ?? '').slice(left, right + 1), isEmpty),
		);
		return trimmed(rows, (row) => row.length === 0);
	}

	/**
	 * Writes rows of values from the area's first cell on; null leaves a cell as it is.
	 *
	 * @param entered whether texts are understood as if a person had typed them
	 * @returns the number of cells written
	 * @throws GoogleError when a value is no cell's, or lies outside the area or the sheet
	 */
	write(area: Area, values: unknown[][], entered: boolean): number {
		const { top, left } = area;
		const width = Math.max(...values.map((row) => row.length));
		const bottom = top + values.length - 1;
		const right = left + width - 1;
		if (bottom > area.bottom || right > area.right) {
			throw badRequest(`Requested writing within range, but tried writing to row [${bottom + 1}]`);
		}
		if (bottom >= this.rowCount || right >= this.columnCount) {
			throw badRequest(
				`Range (${this.title}!${top + 1}:${bottom + 1}) exceeds grid limits. Max rows: ${this.rowCount}, max columns: ${this.columnCount}`,
			);
		}
		let written = 0;
		for (const [y, row] of values.entries()) {
			for (const [x, value] of row.entries()) {
				if (value === null) continue;
				if (!isCell(value)) throw badRequest(`Invalid values[${y}][${x}]: struct_value`);
				(this.#cells[top + y] ??= [])[left + x] = entered ? typed(value) : value;
				written++;
			}
		}
		return written;
	}

	/** Writes rows below the last one with anything in it, and grows if there is no room. */
	append(values: unknown[][], entered: boolean): number {
		const top = this.read({ top: 0, left: 0, bottom: Infinity, right: Infinity }).length;
		this.rowCount = Math.max(this.rowCount, top + values.length);
		return this.write({ top, left: 0, bottom: Infinity, right: Infinity }, values, entered);
	}

	clear({ top, left, bottom, right }: Area): void {
		for (const row of this.#cells.slice(top, bottom + 1)) {
			row?.fill('', left, Math.min(right + 1, row.length));
		}
	}
}

/** What Google makes of a text that a person types into a cell. */
function typed(value: Cell): Cell {
	if (typeof value !== 'string') return value;
	if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
	if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
	return value.replace(/^'/, '');
}

/** A cell as its reader sees it. */
export function formatted(cell: Cell): string {
	return typeof cell === 'boolean' ? String(cell).toUpperCase() : String(cell);
}

const isCell = (value: unknown): value is Cell =>
	['string', 'number', 'boolean'].includes(typeof value);

const isEmpty = (cell: Cell) => cell === '';

function trimmed<T>(list: T[], isBlank: (entry: T) => boolean): T[] {
	return list.slice(0, list.findLastIndex((entry) => !isBlank(entry)) + 1);
}
