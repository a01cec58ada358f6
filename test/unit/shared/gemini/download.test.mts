import { Readable } from 'node:stream';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { GeminiClient } from '../../../../nodes/shared/gemini/client';
import { openDownload } from '../../../../nodes/shared/gemini/download';
import { HOSTILE_ADDRESSES } from '../../../support/hostileAddresses.mts';
import { API_KEY, NODE } from '../../support/n8n.mts';

const GOOGLE = 'https://generativelanguage.googleapis.com';

interface Asked {
	url: string;
	withKey: boolean;
}

/** A client whose requests go nowhere: each is answered with a redirect to the next of `locations`, then with bytes. */
async function clientAt(baseUrl: string, locations: string[]) {
	const asked: Asked[] = [];
	const answer = async (withKey: boolean, { url, disableFollowRedirect }: IHttpRequestOptions) => {
		expect(disableFollowRedirect).toBe(true);
		const location = locations[asked.length];
		asked.push({ url, withKey });
		const headers = location === undefined ? {} : { location };
		const body = Readable.from([Buffer.from('film')]);
		return await Promise.resolve({ statusCode: location === undefined ? 200 : 302, headers, body });
	};
	const context = {
		getNode: () => NODE,
		getCredentials: async () => await Promise.resolve({ apiKey: API_KEY, baseUrl }),
		helpers: {
			httpRequest: async (options: IHttpRequestOptions) => await answer(false, options),
			httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) =>
				await answer(true, options),
		},
	};
	return { asked, client: await GeminiClient.for(context as unknown as IExecuteFunctions) };
}

/** What is asked for while `uri` is downloaded; and whether that is refused. */
async function download(uri: string, locations: string[] = [], baseUrl = GOOGLE) {
	const { asked, client } = await clientAt(baseUrl, locations);
	try {
		(await openDownload(client, uri)).stream.destroy();
		return { asked, refusal: undefined };
	} catch (error) {
		return { asked, refusal: error as Error & { description: string } };
	}
}

describe('refuses, without a request', () => {
	it.each(HOSTILE_ADDRESSES)('%s', async (address) => {
		const { asked, refusal } = await download(address);
		expect(asked).toEqual([]);
		expect(refusal?.message).toMatch(/^Could not download /);
		expect(refusal?.description).toContain("is not an address of Google's, nor the credential's");
	});

	it.each(HOSTILE_ADDRESSES)('%s, also behind Google hosts', async (address) => {
		const chain = [
			'https://storage.googleapis.com/a',
			'https://lh3.googleusercontent.com/b',
			address,
		];
		const { asked, refusal } = await download('files/abc', chain);
		expect(asked.map(({ url }) => new URL(url).hostname)).toEqual([
			'generativelanguage.googleapis.com',
			'storage.googleapis.com',
			'lh3.googleusercontent.com',
		]);
		expect(refusal).toBeDefined();
	});

	it.each(HOSTILE_ADDRESSES)('%s, with a Base URL of another host', async (address) => {
		const { asked, refusal } = await download(address, [], 'https://proxy.example:8443/gemini');
		expect(asked).toEqual([]);
		expect(refusal).toBeDefined();
	});
});

describe('asks', () => {
	it.each([
		'files/abc',
		'https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media',
		// The name of a file is believed, the host beside it is not.
		'https://evil.test/v1beta/files/abc:download?alt=media&key=x',
		'http://169.254.169.254/files/abc',
		'https://user:password@evil.test/files/abc',
	])("the credential's own host for the file in %s, with the key", async (uri) => {
		for (const [baseUrl, address] of [
			[GOOGLE, `${GOOGLE}/v1beta/files/abc:download?alt=media`],
			[
				'https://proxy.example:8443/gemini',
				'https://proxy.example:8443/gemini/v1beta/files/abc:download?alt=media',
			],
		]) {
			const { asked } = await download(uri, [], baseUrl);
			expect(asked).toEqual([{ url: address, withKey: true }]);
		}
	});

	it('other hosts of Google without the key, and its own again with it', async () => {
		const { asked } = await download('files/abc', [
			'https://storage.googleapis.com/bucket/a?X-Goog-Signature=1',
			'/bucket/b',
			`${GOOGLE}/download/c`,
		]);
		expect(asked).toEqual([
			{ url: `${GOOGLE}/v1beta/files/abc:download?alt=media`, withKey: true },
			{ url: 'https://storage.googleapis.com/bucket/a?X-Goog-Signature=1', withKey: false },
			{ url: 'https://storage.googleapis.com/bucket/b', withKey: false },
			{ url: `${GOOGLE}/download/c`, withKey: true },
		]);
	});

	it.each([
		['another port', 'https://generativelanguage.googleapis.com:8443/x'],
		['no encryption', 'http://generativelanguage.googleapis.com/x'],
		['a name and a password', 'https://a:b@generativelanguage.googleapis.com/x'],
	])('not its own host with %s', async (_, address) => {
		expect((await download('files/abc', [address])).asked).toHaveLength(1);
	});

	it('this machine only if the Base URL is there, too', async () => {
		const base = 'http://localhost:8787';
		for (const address of ['http://127.0.0.1:9000/x', 'http://[::1]/x', 'http://localhost:1/x']) {
			expect((await download(address, [], base)).asked).toEqual([{ url: address, withKey: false }]);
			expect((await download(address)).asked).toEqual([]);
		}
		for (const address of [
			'ftp://localhost/x',
			'http://a:b@localhost/x',
			'http://localhost.evil.test/x',
			'http://127.evil.test/',
		]) {
			expect((await download(address, [], base)).asked).toEqual([]);
		}
	});
});
