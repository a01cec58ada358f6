/** The shared claims in a real Redis, seen by two processes' connections at once. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { closeRedis, redisScripts } from '../../nodes/shared/dedupe/client.ts';
import { RedisClaims } from '../../nodes/shared/dedupe/redisClaims.ts';
import type { RedisSettings } from '../../nodes/shared/dedupe/settings.ts';

const url = new URL(process.env.QUEUE_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379');
const prefix = `test-${randomUUID()}`;
const settings: RedisSettings = {
	host: url.hostname,
	port: Number(url.port),
	database: 0,
	tls: false,
	keyPrefix: prefix,
};
const claims = (keyPrefix = prefix) =>
	new RedisClaims(redisScripts({ ...settings, keyPrefix }), prefix);
/** Another connection, as another process has it. */
const others = () => claims('other');

let redis: Redis;
beforeAll(() => {
	redis = new Redis(url.href);
});
afterAll(async () => {
	const keys = await redis.keys(`${prefix}:*`);
	if (keys.length > 0) await redis.del(keys);
	redis.disconnect();
	closeRedis();
});

const life = async (kind: 'in' | 'out', key: string) =>
	await redis.pttl(`${prefix}:${kind}:${key}`);
const key = () => randomUUID();

describe('a delivery', () => {
	test('is in flight for all until it is settled, for a minute at most', async () => {
		const keys = [key(), key()];
		expect(await claims().claim(keys, 0, 'a')).toBe('claimed');
		expect(await others().claim([keys[1]], 0, 'b')).toBe('in-flight');
		expect(await life('in', keys[0])).toBeGreaterThan(50_000);
		expect(await life('in', keys[0])).toBeLessThanOrEqual(60_000);
	});

	test('that was taken is done for 48 hours', async () => {
		const keys = [key(), key()];
		await claims().claim(keys, 0, 'a');
		await claims().settle(keys, true, 0, 'a');
		expect(await others().claim([key(), keys[0]], 0, 'b')).toBe('done');
		expect(await life('in', keys[1])).toBeGreaterThan(47.9 * 3_600_000);
	});

	test('that was not taken is free again', async () => {
		const keys = [key(), key()];
		await claims().claim(keys, 0, 'a');
		await claims().settle(keys, false, 0, 'a');
		expect(await others().claim(keys, 0, 'b')).toBe('claimed');
	});

	test('claims all of its keys or none', async () => {
		const [taken, free] = [key(), key()];
		await claims().claim([taken], 0, 'a');
		expect(await others().claim([free, taken], 0, 'b')).toBe('in-flight');
		expect(await others().claim([free], 0, 'b')).toBe('claimed');
	});

	test('whose claim got no answer claims once more', async () => {
		const keys = [key()];
		await claims().claim(keys, 0, 'a');
		expect(await claims().claim(keys, 0, 'a')).toBe('claimed');
	});

	test('that ran into a crash is taken again when the claim has ended', async () => {
		const keys = [key()];
		await claims().claim(keys, 0, 'crashed');
		await redis.pexpire(`${prefix}:in:${keys[0]}`, 0);
		expect(await others().claim(keys, 0, 'b')).toBe('claimed');
		// The crashed one comes back: it releases nothing that isn't its own, and what it took was taken.
		await claims().settle(keys, false, 0, 'crashed');
		expect(await claims().claim(keys, 0, 'c')).toBe('in-flight');
		await claims().settle(keys, true, 0, 'crashed');
		expect(await claims().claim(keys, 0, 'c')).toBe('done');
	});

	test('that comes 40 times at once over two connections is claimed once, 200 times over', async () => {
		for (let round = 0; round < 200; round++) {
			const keys = [key(), key()];
			const stores = [claims(), others()];
			const states = await Promise.all(
				Array.from({ length: 40 }, async (_, index) =>
					stores[index % 2].claim(keys, 0, String(index)),
				),
			);
			expect(states.filter((state) => state === 'claimed')).toHaveLength(1);
		}
	});
});

describe('what is put out', () => {
	const thing = (...own: string[]) => ({ own, others: [] });

	test('is new once, and stays new for the execution that put it out', async () => {
		const [delivery, job] = [key(), key()];
		expect(await claims().first([thing(delivery, job)], 'execution 1')).toEqual([true]);
		expect(await others().first([thing(delivery, job)], 'execution 1')).toEqual([true]);
		expect(await others().first([thing(delivery, job)], 'execution 2')).toEqual([false]);
		expect(await life('out', job)).toBeGreaterThan(47.9 * 3_600_000);
	});

	test('is not new when one of its names is known, and all of them are known then', async () => {
		const [delivery, job, later] = [key(), key(), key()];
		await claims().first([thing(delivery, job)], '1');
		expect(await claims().first([thing(later, job)], '2')).toEqual([false]);
		expect(await claims().first([thing(later)], '3')).toEqual([false]);
	});

	test('is judged thing by thing', async () => {
		const [a, b, c] = [key(), key(), key()];
		await claims().first([thing(b)], '1');
		expect(await claims().first([thing(a), thing(b), thing(c)], '2')).toEqual([true, false, true]);
	});

	test('counts for the other nodes if it is new, and only then', async () => {
		const [own, other] = [key(), key()];
		expect(await claims().first([{ own: [own], others: [other] }], '1')).toEqual([true]);
		expect(await claims().first([thing(other)], '2')).toEqual([false]);

		const [known, untouched] = [key(), key()];
		await claims().first([thing(known)], '1');
		expect(await claims().first([{ own: [known], others: [untouched] }], '2')).toEqual([false]);
		expect(await claims().first([thing(untouched)], '3')).toEqual([true]);
	});

	test('is put out by one of 40 executions at once', async () => {
		const things = [thing(key(), key())];
		const answers = await Promise.all(
			Array.from({ length: 40 }, async (_, index) => claims().first(things, `${index}`)),
		);
		expect(answers.flat().filter(Boolean)).toHaveLength(1);
	});
});

test('the check leaves nothing behind', async () => {
	const before = (await redis.keys(`${prefix}:*`)).length;
	await claims().check();
	expect(await redis.keys(`${prefix}:*`)).toHaveLength(before);
});

test('a wrong password is called that', async () => {
	const wrong = redisScripts({ ...settings, username: 'nobody', password: 'wrong' });
	await expect(new RedisClaims(wrong, prefix).check()).rejects.toThrow(
		`Redis at ${settings.host}:${settings.port} does not accept the user and password`,
	);
});
