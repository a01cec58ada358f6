/** An n8n that has no Redis client, or lends none, as on n8n Cloud: the built package, where Node can't find one. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-'));
	cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
	mkdirSync(join(folder, 'node_modules'));
	const library = createRequire(import.meta.filename).resolve('n8n-workflow/package.json');
	symlinkSync(dirname(library), join(folder, 'node_modules', 'n8n-workflow'), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs code in the folder, with `client` as the module that opens connections. */
function run(code: string): string {
	const script = `const client = require('./dist/nodes/shared/dedupe/client.js');\n${code}`;
	// NODE_PATH is the way by which n8n lends its libraries.
	const env = { ...process.env, NODE_PATH: '' };
	const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: folder, env });
	return String(stdout) + String(stderr);
}

test('every node loads', () => {
	const load = `for (const name of ['GeminiBatch', 'GeminiInteraction', 'GeminiVideo', 'GeminiWebhook', 'GeminiWebhookTrigger'])
		new (require('./dist/nodes/' + name + '/' + name + '.node.js')[name])();
	console.log('loaded');`;
	expect(run(load)).toBe('loaded\n');
});

test('who chose Redis is told what to choose instead', () => {
	const settings = "{ host: 'localhost', port: 6379, database: 0, tls: false, keyPrefix: 'x' }";
	const open = `try { client.redisScripts(${settings}); } catch (error) { console.log(error.message); }`;
	expect(run(open)).toBe(
		"This n8n does not let nodes use a Redis; n8n Cloud does not either. Set 'Deduplication Store' to Built-In, which is exact as long as n8n runs in one process.\n",
	);
});
