import { deadline } from '../../../../nodes/shared/jobs/waitLimit';
import { NOW } from '../../support/deliveries.mts';

describe('deadline', () => {
	it.each([
		[1, 'seconds', 1000],
		[90, 'minutes', 5_400_000],
		[0.5, 'hours', 1_800_000],
		[3, 'days', 259_200_000],
		[30, 'days', 2_592_000_000],
		[2_592_000, 'seconds', 2_592_000_000],
	])('%d %s', (amount, unit, milliseconds) => {
		expect(deadline(amount, unit, NOW)).toEqual(new Date(NOW + milliseconds));
	});

	it.each([
		[0, 'days'],
		[-1, 'days'],
		[NaN, 'days'],
		[Infinity, 'days'],
		[30.001, 'days'],
		[2_592_001, 'seconds'],
		[1, 'weeks'],
		[1, ''],
		[1, 'Days'],
		[1, 'constructor'],
		[1, '__proto__'],
		[1, undefined as unknown as string],
	])('%d %s is no limit', (amount, unit) => {
		expect(deadline(amount, unit, NOW)).toBeUndefined();
	});
});
