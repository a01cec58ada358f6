/** `npm run test:queue -- --short` */
const SHORT = process.env.QUEUE_TEST_SHORT === '1';

const size = (name: string, full: number, short: number): number =>
	Number(process.env[`QUEUE_TEST_${name}`] || (SHORT ? short : full));

/** How much the tests of queue mode do; each has an environment variable of its own, such as QUEUE_TEST_DELIVERIES. */
export const sizes = {
	/** How often one delivery comes many times at once. */
	rounds: size('ROUNDS', 200, 25),
	/** How many different deliveries come. */
	deliveries: size('DELIVERIES', 10_000, 500),
	/** How many executions are parked together. */
	parked: size('PARKED', 200, 40),
	/** How many executions have two jobs that end together. */
	pairs: size('PAIRS', 50, 8),
};
