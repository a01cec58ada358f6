/** Says what to start when PostgreSQL or Redis, which queue mode needs, can't be used; the exit code is 1 then. */
import { POSTGRES_URL, REDIS_URL } from '../support/n8nCluster.mts';
import { connectPostgres } from '../support/postgres.mts';
import { connectRedis } from '../support/redis.mts';

const faults = (
	await Promise.allSettled([
		connectPostgres(POSTGRES_URL).then(async (client) => await client.end()),
		connectRedis(REDIS_URL).then((client) => client.disconnect()),
	])
).flatMap((answer) => (answer.status === 'rejected' ? [(answer.reason as Error).message] : []));
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
