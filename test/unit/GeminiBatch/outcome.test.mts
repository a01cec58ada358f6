import { orderOf, readBatchDetails } from '../../../nodes/GeminiBatch/outcome.ts';

const job = { jobId: 'batches/x', first: 2, count: 2 };
/** The keys, and the items of the first request, the second, and of what fits none. */
const order = (stored: object) => {
	const { keys, itemOf } = orderOf(job, readBatchDetails({ ...stored }));
	return [keys, itemOf(0), itemOf(1), itemOf()];
};

test.each<[string, object, unknown[]]>([
	['its own items', { keys: ['a', 'b', 'c', 'd', 'e'] }, [['c', 'd'], 2, 3, undefined]],
	[
		"its file's lines",
		{ keys: [], fileKeys: { 'batches/x': ['p', 'q', 'r'], 'batches/y': ['z'] } },
		[['p', 'q', 'r'], 2, 2, 2],
	],
	['nothing, when its file is not known', { keys: [], fileKeys: {} }, [undefined, 2, 2, 2]],
	['nothing, when there are no keys', {}, [undefined, 2, 2, 2]],
])('the results of a batch are joined to %s', (_, stored, expected) => {
	expect(order(stored)).toEqual(expected);
});

test('what was stored is read with care', () => {
	expect(readBatchDetails({ keys: 'x', fileKeys: [], asJson: 1, errorsOn: 'elsewhere' })).toEqual({
		errorsOn: 'inline',
	});
	expect(readBatchDetails({ keys: [1], asJson: false, errorsOn: 'secondOutput' })).toEqual({
		keys: ['1'],
		asJson: false,
		errorsOn: 'secondOutput',
	});
});
