import { DEFAULT_TOLERANCE_SECONDS } from '../../../../nodes/shared/delivery/signedContent';
import type { DeliveryHeaders } from '../../../../nodes/shared/delivery/types';
import {
	BODY,
	headersOf,
	hmacEntry,
	ID,
	NOW,
	NOW_SECONDS,
	readSignedContent,
} from '../../support/deliveries.mts';

const read = (headers: DeliveryHeaders, now = NOW, tolerance?: number) =>
	readSignedContent(headers, BODY, now, tolerance);
const good = headersOf(hmacEntry());
const rejectedFor = (reason: string) => ({ ok: false, reason });

describe('headers', () => {
	it('reads id, signed prefix and entries', () => {
		const content = read(good);
		expect(content).toMatchObject({ ok: true, deliveryId: ID, rawBody: BODY, token: undefined });
		expect(content.ok && content.prefix.toString()).toBe(`${ID}.${NOW_SECONDS}.`);
		expect(content.ok && content.entries.map(({ version }) => version)).toEqual(['v1']);
	});

	it.each(['Webhook-', 'WEBHOOK-', 'wEbHoOk-'])('takes names that start with %s', (start) => {
		const headers = Object.fromEntries(
			Object.entries(good).map(([name, value]) => [name.replace('webhook-', start), value]),
		);
		expect(read(headers)).toMatchObject({ ok: true, deliveryId: ID });
	});

	const names = Object.keys(good);
	const unusable: Array<[string, string | string[] | undefined]> = [
		['missing', undefined],
		['empty', ''],
		['blank', '   '],
		['twice, as a list', ['a', 'b']],
		['a list of one', ['a']],
		['an empty list', []],
	];
	it.each(names.flatMap((name) => unusable.map(([how, value]) => [name, how, value] as const)))(
		'%s: %s',
		(name, _, value) => {
			expect(read({ ...good, [name]: value })).toEqual(rejectedFor('header-missing'));
		},
	);

	it('bounds the id at 256 characters', () => {
		expect(read({ ...good, 'webhook-id': 'm'.repeat(256) })).toMatchObject({ ok: true });
		expect(read({ ...good, 'webhook-id': 'm'.repeat(257) })).toEqual(
			rejectedFor('header-too-long'),
		);
	});

	it('bounds the signature header at 8192 characters, whatever it holds', () => {
		const of = (length: number) =>
			read({ ...good, 'webhook-signature': 'v1,'.padEnd(length, 'A') });
		// 8192 - 3 characters are no whole base64.
		expect(of(8192)).toEqual(rejectedFor('signature-malformed'));
		expect(of(8191)).toMatchObject({ ok: true });
		expect(of(8193)).toEqual(rejectedFor('header-too-long'));
		const jwt = `${'a'.repeat(4096)}.${'b'.repeat(4096)}.c`;
		expect(read({ ...good, 'webhook-signature': jwt })).toEqual(rejectedFor('header-too-long'));
	});

	it.each(['1'.repeat(12), '1'.repeat(16_000)])('bounds the timestamp: %s', (timestamp) => {
		expect(read({ ...good, 'webhook-timestamp': timestamp })).toEqual(
			rejectedFor('timestamp-malformed'),
		);
	});
});

describe('body', () => {
	it('bounds it at 256 KiB', () => {
		const of = (length: number) => readSignedContent(good, Buffer.alloc(length), NOW);
		expect(of(262_144)).toMatchObject({ ok: true });
		expect(of(262_145)).toEqual(rejectedFor('body-too-large'));
	});

	it('says first what is wrong with the headers', () => {
		expect(readSignedContent({}, Buffer.alloc(300_000), NOW)).toEqual(
			rejectedFor('header-missing'),
		);
	});
});

describe('timestamp', () => {
	it.each([
		'1e9',
		'1.8e9',
		'+1795420800',
		'-1795420800',
		'0x6b03a680',
		'NaN',
		'Infinity',
		'1795420800.0',
		'1795420800,',
		'1795420800 1795420800',
		'1795420800abc',
		'1_795_420_800',
		'１７９５４２０８００',
		'1795420800000',
		'2026-11-23T08:00:00Z',
		'null',
	])('%s is malformed', (timestamp) => {
		expect(read({ ...good, 'webhook-timestamp': timestamp })).toEqual(
			rejectedFor('timestamp-malformed'),
		);
	});

	it('takes the white space around a header value for no part of it, as HTTP does', () => {
		const content = read({ ...good, 'webhook-timestamp': ` ${NOW_SECONDS}\t` });
		expect(content.ok && content.prefix.toString()).toBe(`${ID}.${NOW_SECONDS}.`);
	});

	it('keeps leading zeros in what is signed', () => {
		const content = read({ ...good, 'webhook-timestamp': `0${NOW_SECONDS}` });
		expect(content.ok && content.prefix.toString()).toBe(`${ID}.0${NOW_SECONDS}.`);
	});

	it.each([
		[-301, 'timestamp-too-old'],
		[-300, undefined],
		[0, undefined],
		[300, undefined],
		[301, 'timestamp-too-new'],
		[-NOW_SECONDS, 'timestamp-too-old'],
	])('%d s from now: %s', (offset, reason) => {
		const content = read({ ...good, 'webhook-timestamp': String(NOW_SECONDS + offset) });
		expect(content).toMatchObject(reason ? rejectedFor(reason) : { ok: true });
	});

	it.each([
		[0, undefined],
		[999, undefined],
		[1000, 'timestamp-too-old'],
	])('%d ms after a second, 300 s later: %s', (milliseconds, reason) => {
		const content = read(good, NOW + 300_000 + milliseconds);
		expect(content).toMatchObject(reason ? rejectedFor(reason) : { ok: true });
	});

	it('has a tolerance of five minutes unless told', () => {
		expect(DEFAULT_TOLERANCE_SECONDS).toBe(300);
		expect(read(good, NOW + 31_000, 30)).toEqual(rejectedFor('timestamp-too-old'));
		expect(read(good, NOW - 31_000, 30)).toEqual(rejectedFor('timestamp-too-new'));
		expect(read(good, NOW + 3_600_000, 3600)).toMatchObject({ ok: true });
	});

	it.each([NaN, 'soon', {}, undefined as unknown, null])(
		'accepts nothing stale with %p for a tolerance',
		(tolerance) => {
			expect(read(good, NOW + 301_000, tolerance as number)).toEqual(
				rejectedFor('timestamp-too-old'),
			);
		},
	);
});

describe('signature', () => {
	const bytes = Buffer.alloc(32, 1).toString('base64');
	it.each([
		['nothing behind the version', 'v1,'],
		['nothing before the comma', `,${bytes}`],
		['only commas', ',,, , ,'],
		['no version', bytes],
		['not base64', 'v1,*not*base64*'],
		['spare bits set in the last character', `v1,${bytes.slice(0, -2)}F=`],
		['no padding', `v1,${bytes.replace('=', '')}`],
		['too much padding', `v1,${bytes}=`],
		['base64url', `v1,${Buffer.alloc(32, 0xff).toString('base64url')}=`],
		['white space inside', `v1,${bytes.slice(0, 10)}\t${bytes.slice(10)}`],
		['a comma inside', `v1,${bytes},${bytes}`],
		['two dots, but no JWT', 'v1,a.b.c'],
		['four parts', 'a.b.c.d'],
		['an empty JWT payload', 'a..c'],
	])('%s', (_, signature) => {
		expect(read({ ...good, 'webhook-signature': signature })).toEqual(
			rejectedFor('signature-malformed'),
		);
	});

	it('keeps the entries it can read', () => {
		const content = read({ ...good, 'webhook-signature': `v1,* v9,${bytes}  v1a,${bytes} junk` });
		expect(content.ok && content.entries.map(({ version }) => version)).toEqual(['v9', 'v1a']);
	});

	const repeated = (entry: string, times: number) => Array(times).fill(entry).join(' ');

	it('reads eight Ed25519 signatures, and refuses more', () => {
		const of = (length: number) =>
			read({ ...good, 'webhook-signature': repeated(`v1a,${bytes}`, length) });
		const eight = of(8);
		expect(eight.ok && eight.entries).toHaveLength(8);
		expect(of(9)).toEqual(rejectedFor('too-many-signatures'));
	});

	// A webhook whose secret was replaced often: Google signs with each secret of the last day.
	it('reads as many HMACs as the header holds, beside eight Ed25519 signatures', () => {
		const signature = `${repeated(`v1,${bytes}`, 150)} ${repeated(`v1a,${bytes}`, 8)}`;
		const content = read({ ...good, 'webhook-signature': signature });
		expect(content.ok && content.entries).toHaveLength(158);
		expect(read({ ...good, 'webhook-signature': repeated(`v1,${bytes}`, 200) })).toEqual(
			rejectedFor('header-too-long'),
		);
	});

	it.each(['a.b.c', 'eyJ-_9.eyJ-_9.', 'v1.v1a.v2'])('%s looks like a JWT', (token) => {
		const content = read({ ...good, 'webhook-signature': token });
		expect(content).toMatchObject({ ok: true, token, entries: [] });
	});
});
