import { FewLines } from '../../../../nodes/shared/inbound/fewLines';

const NOW = 1_795_420_800_000;
const written = (leftOut = 0) => ({ isWritten: true, leftOut });
const leftOut = { isWritten: false, leftOut: 0 };

it('writes the first five of a minute', () => {
	const lines = new FewLines();
	const all = Array.from({ length: 1000 }, (_, index) => lines.next('a', NOW + index));
	expect(all.slice(0, 5)).toEqual(Array(5).fill(written()));
	expect(all.slice(5)).toEqual(Array(995).fill(leftOut));
});

it('tells in the first line of a later minute how many were left out, once', () => {
	const lines = new FewLines();
	for (let index = 0; index < 1000; index++) lines.next('a', NOW);
	expect(lines.next('a', NOW + 59_999)).toEqual(leftOut);
	expect(lines.next('a', NOW + 60_000)).toEqual(written(996));
	expect(lines.next('a', NOW + 60_001)).toEqual(written());
});

it('counts each kind by itself', () => {
	const lines = new FewLines();
	for (let index = 0; index < 10; index++) lines.next('a', NOW);
	expect(lines.next('b', NOW)).toEqual(written());
	expect(lines.next('a', NOW)).toEqual(leftOut);
});

it('begins a new minute when the clock is set back', () => {
	const lines = new FewLines();
	for (let index = 0; index < 10; index++) lines.next('a', NOW);
	expect(lines.next('a', NOW - 1)).toEqual(written(5));
});

it('holds no more kinds than it may', () => {
	const lines = new FewLines(100);
	for (let index = 0; index < 100_000; index++) {
		expect(lines.next(`kind ${index}`, NOW).isWritten).toBe(true);
	}
	const { counts } = lines as unknown as { counts: Map<string, unknown> };
	expect(counts.size).toBeLessThanOrEqual(100);
});
