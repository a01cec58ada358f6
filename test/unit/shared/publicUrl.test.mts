import { whyNotCallable } from '../../../nodes/shared/publicUrl';

const GOOGLE = 'https://generativelanguage.googleapis.com';
const EMULATOR = 'http://127.0.0.1:8787';
const UNREACHABLE = 'which Google cannot reach';

describe('an address that Google can call', () => {
	it.each([
		'https://n8n.example.com/webhook/x/webhook',
		'https://n8n.example.com:5678/webhook',
		'https://N8N.Example.COM/',
		'https://n8n.example.com./webhook',
		'https://8.8.8.8/webhook',
		'https://172.15.0.1/',
		'https://172.32.0.1/',
		'https://100.63.255.255/',
		'https://100.128.0.1/',
		'https://11.0.0.1/',
		'https://192.169.0.1/',
		'https://[2606:4700::1111]/webhook',
		'https://[fec0::1]/',
		'https://machine.tail1234.ts.net/webhook',
		'https://abc.trycloudflare.com/webhook',
		'https://localhost.example.com/',
		'https://10.example.com/',
		'https://127.example.com/',
		'https://0.tcp.example.com/',
		'https://192.168.example.com/',
		'https://internal.example.com/',
		'https://bücher.example/webhook',
		'https://n8n.example.com/webhook-waiting/7?signature=abc',
	])('%s', (url) => {
		expect(whyNotCallable(url, GOOGLE)).toBeUndefined();
	});
});

describe('an address inside a network', () => {
	it.each([
		'http://localhost:5678/webhook',
		'https://localhost:5678/webhook',
		'https://LOCALHOST/',
		'https://localhost./',
		'https://n8n.localhost/',
		'https://127.0.0.1/',
		'https://127.1/',
		'https://2130706433/',
		'https://0x7f.0.0.1/',
		'https://0.0.0.0/',
		'https://10.1.2.3/',
		'https://172.16.0.1/',
		'https://172.31.255.255/',
		'https://192.168.1.20:5678/',
		'https://169.254.169.254/',
		'https://100.64.0.1/',
		'https://100.127.255.255/',
		'https://[::1]/',
		'https://[::]/',
		'https://[::ffff:10.0.0.1]/',
		'https://[fd00::1]/',
		'https://[fc00::1]/',
		'https://[fe80::1]/',
		'https://[febf::1]/',
		'https://n8n/',
		'https://n8n:5678/',
		'https://nas.local/',
		'https://nas.local./',
		'https://nas.localdomain/',
		'https://nas.lan/',
		'https://nas.home/',
		'https://nas.home.arpa/',
		'https://host.docker.internal/',
		'https://n8n.test/',
	])('%s', (url) => {
		const obstacle = whyNotCallable(url, GOOGLE);
		expect(obstacle).toBe(`points to ${new URL(url).hostname}, ${UNREACHABLE}`);
	});
});

describe('no address for a webhook', () => {
	it.each(['', ' ', 'n8n.example.com/webhook', '/webhook', 'undefined', 'https://', 'http://[::1'])(
		'%j',
		(url) => {
			expect(whyNotCallable(url, GOOGLE)).toBe('is not a web address');
		},
	);

	it.each(['ftp://n8n.example.com/', 'javascript:alert(1)', 'file:///etc/passwd', 'n8n:5678'])(
		'%s',
		(url) => {
			expect(whyNotCallable(url, EMULATOR)).toBe('is not a web address');
		},
	);

	it('http, though public', () => {
		expect(whyNotCallable('http://n8n.example.com/', GOOGLE)).toMatch(/^starts with http:\/\//);
	});

	it.each(['https://user:pass@n8n.example.com/', 'https://user@n8n.example.com/'])('%s', (url) => {
		expect(whyNotCallable(url, GOOGLE)).toBe('contains a user name or password');
	});
});

describe('with the emulator on this machine', () => {
	it.each([
		['http://localhost:5678/webhook', EMULATOR],
		['http://127.0.0.1:5678/webhook', 'http://localhost:8787'],
		['http://[::1]:5678/webhook', 'http://[::1]:8787'],
		['http://127.0.0.2:5678/webhook', 'http://emulator.localhost:8787/'],
		['https://localhost/webhook', EMULATOR],
	])('%s is fine beside %s', (url, baseUrl) => {
		expect(whyNotCallable(url, baseUrl)).toBeUndefined();
	});

	it.each([
		['http://192.168.1.20:5678/webhook', EMULATOR],
		['http://localhost:5678/webhook', 'http://emulator:8787'],
		['http://localhost:5678/webhook', 'https://127.example.com'],
		['http://localhost:5678/webhook', 'https://localhost.example.com'],
		['http://localhost:5678/webhook', ''],
		['http://127.example.com/webhook', EMULATOR],
		['http://n8n.example.com/webhook', EMULATOR],
	])('%s is not, beside %s', (url, baseUrl) => {
		expect(whyNotCallable(url, baseUrl)).toBeDefined();
	});
});
