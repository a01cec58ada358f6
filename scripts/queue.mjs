/**
 * `npm run test:queue`: n8n in queue mode on real PostgreSQL and Redis, one main, two webhook processors, two workers.
 * `-- --short` does less of everything; `-- parked` runs only the files with that word in their path.
 */
import { jestCheck } from './checks/jestCheck.mjs';
import { build, pack } from './checks/packageChecks.mjs';
import { reachable } from './checks/reachable.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies, ensureN8n } from './setup.mjs';

const args = process.argv.slice(2);
const words = args.filter((arg) => arg !== '--short');
if (words.length < args.length) process.env.QUEUE_TEST_SHORT = '1';
const paths = words.length > 0 ? words.map((word) => `test/queue/.*${word}`) : ['test/queue'];

process.exitCode = await runChecks({
	async prepare() {
		const { QUEUE_TEST_POSTGRES_URL, QUEUE_TEST_REDIS_URL } = process.env;
		const postgres = QUEUE_TEST_POSTGRES_URL || 'postgres://127.0.0.1:5432';
		await reachable('PostgreSQL', postgres, 'QUEUE_TEST_POSTGRES_URL');
		const redis = QUEUE_TEST_REDIS_URL || 'redis://127.0.0.1:6379';
		await reachable('Redis', redis, 'QUEUE_TEST_REDIS_URL');
		await ensureDependencies();
		await ensureN8n();
	},
	// One after the other: each file starts five processes of n8n.
	checks: [build, pack, jestCheck('tests of queue mode', ['--runInBand', ...paths])],
});
