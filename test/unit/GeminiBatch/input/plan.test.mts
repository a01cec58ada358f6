import { isObjection } from '../../../../nodes/GeminiBatch/input/objection';
import { LIMITS, planInput } from '../../../../nodes/GeminiBatch/input/plan';

const wishes = { alwaysFile: false, split: false };
const limits = { inline: 100, file: 300 };

describe('planInput', () => {
	it("has Google's limits", () => {
		expect(LIMITS).toEqual({ inline: 20_000_000, file: 2_000_000_000 });
	});

	it.each([
		[[79], 'inline'],
		[[80], 'file'],
		[[29, 30], 'inline'],
		[[30, 30], 'file'],
		[[300], 'file'],
	])('decides by the size in all: %j', (sizes, way) => {
		const count = sizes.length;
		const bytes = sizes.reduce((a, b) => a + b);
		expect(planInput(sizes, wishes, limits)).toEqual({ way, slices: [{ first: 0, count, bytes }] });
	});

	it('makes a file of little when asked to', () => {
		expect(planInput([1], { ...wishes, alwaysFile: true }, limits)).toMatchObject({ way: 'file' });
	});

	it('refuses what one file cannot hold, with both sizes and the way out', () => {
		expect(planInput([1_200_000_000, 900_000_000], wishes)).toEqual({
			message: 'The batch has 2.10 GB, and Google takes 2.00 GB at most',
			description: expect.stringContaining("'Split Into Several Batches' to make 2") as string,
		});
	});

	it('splits it between neighbours when allowed to, as full as can be', () => {
		const plan = planInput([100, 200, 1, 299, 300, 5], { ...wishes, split: true }, limits);
		expect(plan).toEqual({
			way: 'file',
			slices: [
				{ first: 0, count: 2, bytes: 300 },
				{ first: 2, count: 2, bytes: 300 },
				{ first: 4, count: 1, bytes: 300 },
				{ first: 5, count: 1, bytes: 5 },
			],
		});
	});

	it('loses no item, whatever the sizes', () => {
		for (let round = 0; round < 200; round++) {
			const sizes = Array.from({ length: 40 }, () => 1 + Math.floor(Math.random() * 300));
			const plan = planInput(sizes, { ...wishes, split: true }, limits);
			if (isObjection(plan)) throw new Error(plan.message);
			let next = 0;
			for (const { first, count, bytes } of plan.slices) {
				expect(first).toBe(next);
				expect(bytes).toBe(sizes.slice(first, first + count).reduce((a, b) => a + b));
				expect(bytes).toBeLessThanOrEqual(300);
				next += count;
			}
			expect(next).toBe(sizes.length);
		}
	});

	it('refuses a single request that no file can hold, split or not', () => {
		for (const split of [true, false]) {
			expect(planInput([5, 301], { ...wishes, split }, limits)).toMatchObject({ itemIndex: 1 });
		}
	});
});
