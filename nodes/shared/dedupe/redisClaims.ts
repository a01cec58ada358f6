import { randomUUID } from 'node:crypto';

import type { ClaimState, ClaimStore } from '../delivery/claims';
import type { RunScript } from './client';

/**
 * A claim that nobody ended ran into a crash. Google's next attempt after this time is taken; n8n stores an execution
 * within seconds. Milliseconds.
 */
const CLAIM_LIFE = 60_000;
/** Google repeats a delivery for 24 hours; twice that for clocks and virtual hours. Milliseconds. */
const REMEMBER_FOR = 48 * 3_600_000;

const DONE = 'done';

/** All keys or none; whoever has the claim already (the answer to its first attempt got lost) gets it again. */
const CLAIM = `
local taken = false
for _, key in ipairs(KEYS) do
	local holder = redis.call('GET', key)
	if holder == '${DONE}' then return 'done' end
	if holder and holder ~= ARGV[1] then taken = true end
end
if taken then return 'in-flight' end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
return 'claimed'`;

/** Also when the claim has ended meanwhile: what was taken was taken. */
const CONFIRM = `
for _, key in ipairs(KEYS) do redis.call('SET', key, '${DONE}', 'PX', ARGV[2]) end`;

/** Only what is still ours: another process may have claimed what we held too long. */
const RELEASE = `
for _, key in ipairs(KEYS) do
	if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end`;

/**
 * For each thing, a list of keys: 1 when nobody but this owner has one of them, and then all are the owner's. What
 * isn't new becomes known under its own keys only, for the other nodes to judge by themselves. ARGV: owner, life, then
 * for each thing how many keys are its own and how many it has in all.
 */
const FIRST = `
local answers = {}
local from = 1
for index = 3, #ARGV, 2 do
	local own, all = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
	local new = 1
	for at = from, from + all - 1 do
		local holder = redis.call('GET', KEYS[at])
		if holder and holder ~= ARGV[1] then new = 0 end
	end
	local last = from + (new == 1 and all or own) - 1
	for at = from, last do
		if new == 1 then redis.call('SET', KEYS[at], ARGV[1], 'PX', ARGV[2])
		else redis.call('SET', KEYS[at], 'other', 'PX', ARGV[2], 'NX') end
	end
	answers[#answers + 1] = new
	from = from + all
end
return answers`;

/** One thing that is put out: the keys it is noted under by the node itself, and those of nodes that are to skip it. */
export interface Noted {
	own: string[];
	others: string[];
}

/**
 * Claims that all processes of one n8n share. A claim is short-lived until it is confirmed, so that a crash in
 * between loses nothing. Everything throws UserError while Redis can't be reached.
 */
export class RedisClaims implements ClaimStore {
	private readonly run: RunScript;

	private readonly prefix: string;

	/** @param prefix what all names in Redis begin with */
	constructor(run: RunScript, prefix: string) {
		this.run = run;
		this.prefix = prefix;
	}

	async claim(keys: string[], _now: number, owner: string): Promise<ClaimState> {
		const life = String(CLAIM_LIFE);
		return (await this.run(CLAIM, this.named('in', keys), [owner, life])) as ClaimState;
	}

	async settle(keys: string[], taken: boolean, _now: number, owner: string): Promise<void> {
		const script = taken ? CONFIRM : RELEASE;
		await this.run(script, this.named('in', keys), [owner, String(REMEMBER_FOR)]);
	}

	/**
	 * Which of these things nobody but `owner` has put out before; they are the owner's from now on, for 48 hours.
	 *
	 * @param owner the execution: when it runs the node again, its own things are new still
	 */
	async first(things: Noted[], owner: string): Promise<boolean[]> {
		const keys = this.putOut(things);
		const sizes = things.flatMap(({ own, others }) =>
			[own.length, own.length + others.length].map(String),
		);
		const answers = await this.run(FIRST, keys, [owner, String(REMEMBER_FOR), ...sizes]);
		return (answers as number[]).map((answer) => answer === 1);
	}

	/** Takes back what `first` has made the owner's: it could not put it out. */
	async forget(things: Noted[], owner: string): Promise<void> {
		const keys = this.putOut(things);
		await this.run(RELEASE, keys, [owner]);
	}

	/** Whether Redis takes entries: does what a delivery does, with an entry of its own. */
	async check(): Promise<void> {
		const owner = randomUUID();
		await this.claim([owner], 0, owner);
		await this.settle([owner], false, 0, owner);
	}

	private putOut(things: Noted[]): string[] {
		return things.flatMap(({ own, others }) => this.named('out', [...own, ...others]));
	}

	private named(kind: 'in' | 'out', keys: string[]): string[] {
		return keys.map((key) => `${this.prefix}:${kind}:${key}`);
	}
}
