import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { N8n } from './n8n.mts';

/** What n8n keeps for a workflow between executions, the registrations of triggers for one: by node, `node:<name>`. */
export type StaticData = Record<string, Record<string, unknown>>;

function withDatabase<T>({ userFolder }: N8n, work: (database: DatabaseSync) => T): T {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'), { timeout: 5000 });
	try {
		return work(database);
	} finally {
		database.close();
	}
}

/** Reads a workflow's static data from n8n's database. */
export const staticDataOf = (n8n: N8n, workflowId: string): StaticData =>
	withDatabase(n8n, (database) => {
		const row = database
			.prepare('SELECT staticData FROM workflow_entity WHERE id = ?')
			.get(workflowId) as { staticData: string | null } | undefined;
		return JSON.parse(row?.staticData ?? '{}') as StaticData;
	});

/** Puts other static data into n8n's database: what a restored backup does, or an import from another n8n. */
export const setStaticData = (n8n: N8n, workflowId: string, staticData: StaticData): void =>
	withDatabase(n8n, (database) => {
		database
			.prepare('UPDATE workflow_entity SET staticData = ? WHERE id = ?')
			.run(JSON.stringify(staticData), workflowId);
	});
