import type { Answer } from '../../emulator/world.mts';
import { badRequest, notFound } from './googleErrors.mts';
import { formatted, parseRange, Sheet } from './grid.mts';
import type { Area, Cell } from './grid.mts';
import type { RecordedRequest } from './request.mts';

export interface NewSpreadsheet {
	id: string;
	title?: string;
	/** Rows of each sheet, by its title. The first row is the header. */
	sheets: Record<string, Cell[][]>;
}

interface Spreadsheet {
	id: string;
	title: string;
	sheets: Sheet[];
}

const EVERYTHING: Area = { top: 0, left: 0, bottom: Infinity, right: Infinity };
const ROUTES = {
	spreadsheet: /^\/v4\/spreadsheets\/([^/:]+)$/,
	change: /^\/v4\/spreadsheets\/([^/:]+):batchUpdate$/,
	values: /^\/v4\/spreadsheets\/([^/:]+)\/values\/(.+?)(?::(append|clear))?$/,
	manyValues: /^\/v4\/spreadsheets\/([^/:]+)\/values:batchUpdate$/,
};

/**
 * Spreadsheets behind Google's Sheets API (https://developers.google.com/workspace/sheets/api/reference/rest):
 * the calls and fields that n8n's Google Sheets node uses.
 */
export class Sheets {
	readonly #spreadsheets = new Map<string, Spreadsheet>();

	/** Adds a spreadsheet, or puts it in place of the one with this id. */
	add({ id, title = id, sheets }: NewSpreadsheet): void {
		const list = Object.entries(sheets).map(([name, rows], index) => new Sheet(index, name, rows));
		this.#spreadsheets.set(id, { id, title, sheets: list });
	}

	/** The rows of a sheet below its header, by the header's names. */
	rows(id: string, sheet: string): Array<Record<string, Cell>> {
		const [header = [], ...rows] = this.#sheet(this.#find(id), sheet).read(EVERYTHING);
		return rows.map((row) =>
			Object.fromEntries(header.map((name, column) => [String(name), row[column] ?? ''])),
		);
	}

	/** Answers for sheets.googleapis.com. @throws GoogleError */
	answer(request: RecordedRequest): Answer | undefined {
		const path = request.path.replace(/%3A/gi, ':');
		for (const [name, pattern] of Object.entries(ROUTES)) {
			const match = pattern.exec(path);
			if (!match) continue;
			const [id, range, verb = ''] = match.slice(1).map((part) => part && decodeURIComponent(part));
			const json = this.#call(`${request.method} ${name} ${verb}`.trim(), id, range, request);
			if (json) return { json };
		}
		return undefined;
	}

	#call(call: string, id: string, range: string, { body, query }: RecordedRequest) {
		const content = (body ?? {}) as Record<string, unknown>;
		switch (call) {
			case 'GET spreadsheet':
				return describe(this.#find(id));
			case 'POST change':
				return this.#change(id, content.requests as Array<Record<string, unknown>>);
			case 'GET values':
				return this.#read(id, range, query.valueRenderOption);
			case 'PUT values':
				return this.#write(id, range, content.values, query.valueInputOption);
			case 'POST values append':
				return this.#append(id, range, content.values, query.valueInputOption);
			case 'POST values clear':
				return this.#clear(id, range);
			case 'POST manyValues':
				return this.#writeMany(id, content);
			default:
				return undefined;
		}
	}

	#read(id: string, range: string, render = 'FORMATTED_VALUE') {
		const { sheet, area } = this.#target(id, range);
		const rows = sheet.read(area);
		const values = render === 'FORMATTED_VALUE' ? rows.map((row) => row.map(formatted)) : rows;
		return { range, majorDimension: 'ROWS', ...(values.length > 0 ? { values } : {}) };
	}

	#write(id: string, range: string, values: unknown, input: unknown) {
		const { sheet, area } = this.#target(id, range);
		const updatedCells = sheet.write(area, values as unknown[][], isEntered(input));
		return { spreadsheetId: id, updatedRange: range, updatedCells };
	}

	#writeMany(id: string, { data, valueInputOption }: Record<string, unknown>) {
		const responses = (data as Array<{ range: string; values: unknown }>).map(({ range, values }) =>
			this.#write(id, range, values, valueInputOption),
		);
		const totalUpdatedCells = responses.reduce((sum, { updatedCells }) => sum + updatedCells, 0);
		return { spreadsheetId: id, totalUpdatedCells, responses };
	}

	#append(id: string, range: string, values: unknown, input: unknown) {
		const { sheet } = this.#target(id, range);
		const updatedCells = sheet.append(values as unknown[][], isEntered(input));
		return { spreadsheetId: id, updates: { spreadsheetId: id, updatedCells } };
	}

	#clear(id: string, range: string) {
		const { sheet, area } = this.#target(id, range);
		sheet.clear(area);
		return { spreadsheetId: id, clearedRange: range };
	}

	/** The one request that n8n makes before it writes new rows. */
	#change(id: string, requests: Array<Record<string, unknown>>) {
		const { sheets } = this.#find(id);
		for (const request of requests) {
			const append = request.appendDimension as Record<string, unknown> | undefined;
			// n8n sends the id as a text; Google reads it.
			const sheet = sheets.find((one) => one.id === Number(append?.sheetId));
			if (!append || !sheet) {
				throw badRequest(`The recorder can't do this: ${JSON.stringify(request)}`);
			}
			if (append.dimension === 'ROWS') sheet.rowCount += Number(append.length);
			else sheet.columnCount += Number(append.length);
		}
		return { spreadsheetId: id, replies: requests.map(() => ({})) };
	}

	#find(id: string): Spreadsheet {
		const spreadsheet = this.#spreadsheets.get(id);
		if (!spreadsheet) throw notFound('Requested entity was not found.');
		return spreadsheet;
	}

	#sheet({ sheets }: Spreadsheet, title: string): Sheet {
		const sheet = sheets.find((one) => one.title === title);
		if (!sheet) throw badRequest(`Unable to parse range: ${title}`);
		return sheet;
	}

	#target(id: string, range: string) {
		const { sheet, area } = parseRange(range);
		return { sheet: this.#sheet(this.#find(id), sheet), area };
	}
}

function describe({ id, title, sheets }: Spreadsheet) {
	return {
		spreadsheetId: id,
		properties: { title },
		sheets: sheets.map((sheet, index) => ({
			properties: {
				sheetId: sheet.id,
				title: sheet.title,
				index,
				sheetType: 'GRID',
				gridProperties: { rowCount: sheet.rowCount, columnCount: sheet.columnCount },
			},
		})),
	};
}

/** @throws GoogleError when n8n didn't say how to read the values */
function isEntered(input: unknown): boolean {
	if (input !== 'RAW' && input !== 'USER_ENTERED') {
		throw badRequest("'valueInputOption' is required but not specified");
	}
	return input === 'USER_ENTERED';
}
