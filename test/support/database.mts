import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { N8n } from './n8n.mts';

/** A look into n8n's SQLite database from outside, while n8n works with it. */
export class Database {
	readonly #connection: DatabaseSync;

	constructor({ userFolder }: N8n) {
		const file = join(userFolder, '.n8n', 'database.sqlite');
		this.#connection = new DatabaseSync(file, { readOnly: true });
	}

	close(): void {
		this.#connection.close();
	}

	/**
	 * Differs from an earlier answer if anybody else has committed a change in between, whatever it was
	 * (https://www.sqlite.org/pragma.html#pragma_data_version).
	 */
	get version(): number {
		const row = this.#connection.prepare('PRAGMA data_version').get() as { data_version: number };
		return row.data_version;
	}

	get tables(): string[] {
		const named = this.rows<{ name: string }>(
			"SELECT name FROM sqlite_master WHERE type = 'table'",
		);
		return named.map(({ name }) => name);
	}

	/** A digest of all rows of each table: says which of them changed. */
	digests(): Map<string, string> {
		return new Map(
			this.tables.map((name) => {
				const rows = JSON.stringify(this.rows(`SELECT * FROM "${name}"`));
				return [name, createHash('sha256').update(rows).digest('hex')];
			}),
		);
	}

	rows<T>(query: string): T[] {
		return this.#connection.prepare(query).all() as T[];
	}
}

/** The tables that differ. */
export const changedTables = (before: Map<string, string>, after: Map<string, string>): string[] =>
	[...after.keys()].filter((name) => before.get(name) !== after.get(name));
