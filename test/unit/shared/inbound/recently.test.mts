import { Recently } from '../../../../nodes/shared/inbound/recently';

const NOW = 1_795_420_800_000;

it('keeps a value for its time and no longer', () => {
	const recent = new Recently<number>(1000);
	recent.note('a', 1, NOW);
	expect(recent.get('a', NOW)).toBe(1);
	expect(recent.get('a', NOW + 999)).toBe(1);
	expect(recent.get('a', NOW + 1000)).toBeUndefined();
	// Gone, not only hidden.
	expect(recent.get('a', NOW)).toBeUndefined();
});

it('takes nothing for recent when the clock was set back', () => {
	const recent = new Recently<number>(1000);
	recent.note('a', 1, NOW);
	expect(recent.get('a', NOW - 1)).toBeUndefined();
});

it('knows nothing under other names', () => {
	const recent = new Recently<number>(1000);
	recent.note('a', 1, NOW);
	for (const name of ['b', '', '__proto__', 'constructor']) {
		expect(recent.get(name, NOW)).toBeUndefined();
	}
});

it('holds no more than it may', () => {
	const recent = new Recently<number>(1000, 10);
	for (let index = 0; index < 1000; index++) recent.note(`name ${index}`, index, NOW);
	const { entries } = recent as unknown as { entries: Map<string, unknown> };
	expect(entries.size).toBeLessThanOrEqual(10);
	expect(recent.get('name 999', NOW)).toBe(999);
});
