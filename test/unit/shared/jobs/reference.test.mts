import { readReferences } from '../../../../nodes/shared/jobs/reference.ts';

const batch = { jobType: 'batch', jobId: 'batches/x' };
const video = { jobType: 'video', jobId: 'models/m/operations/x' };
const interaction = { jobType: 'interaction', jobId: 'v1_x' };

test.each<[string, unknown, object[]]>([
	['nothing', undefined, []],
	['null', null, []],
	['an empty text', '  \n', []],
	['the name of a batch', 'batches/x', [batch]],
	["the spelling of Google's guide", 'batch_x', [batch]],
	['the name of a video operation', 'models/m/operations/x', [video]],
	['the id of an interaction', 'v1_x', [interaction]],
	['the full name of an interaction', 'interactions/v1_x', [interaction]],
	['a number, which an id may be', 17, [{ jobType: 'interaction', jobId: '17' }]],
	['names in one text', 'batches/x, v1_x;models/m/operations/x', [batch, interaction, video]],
	['names in lines', 'batches/x\nv1_x\r\n', [batch, interaction]],
	['a list of names', ['batches/x', 'v1_x'], [batch, interaction]],
	['lists in lists', [['batches/x'], [['v1_x']]], [batch, interaction]],
	['a job item', { ...batch, status: 'running' }, [batch]],
	['job items', [batch, { ...interaction }], [batch, interaction]],
	[
		'an item of an Omni video',
		{ jobType: 'video', jobId: 'v1_x' },
		[{ ...interaction, jobType: 'video' }],
	],
	['an item without a kind', { jobId: 'batches/x' }, [batch]],
	['an item of an unknown kind', { jobType: 'song', jobId: 'v1_x' }, [interaction]],
])('reads %s', (_, value, jobs) => {
	expect(readReferences(value)).toEqual({ jobs, wrong: [] });
});

test.each<[unknown, string[]]>([
	['../models', ['../models']],
	['batches/x, a/../b', ['a/../b']],
	[['v1_x?key=1'], ['v1_x?key=1']],
	[{ id: 'v1_x' }, ['{"id":"v1_x"}']],
	[{ jobId: 'a/./b' }, ['a/./b']],
])('%j holds what is not the name of a job', (value, wrong) => {
	expect(readReferences(value).wrong).toEqual(wrong);
});
