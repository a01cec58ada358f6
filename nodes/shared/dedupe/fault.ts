/** What Redis or the way to it says, and what that means. n8n would put a sentence of its own in place of a code. */
const MEANINGS: Array<[RegExp, string]> = [
	[/ECONNREFUSED/, 'does not answer: nothing listens there'],
	[/ENOTFOUND|EAI_AGAIN/, 'does not answer: there is no such host'],
	[/ETIMEDOUT|timed out|EHOSTUNREACH|ENETUNREACH/, 'does not answer in time'],
	[/ECONNRESET|EPIPE|Connection is closed/, 'broke the connection'],
	[/WRONGPASS|invalid password/, 'does not accept the user and password'],
	[/NOAUTH/, 'asks for a password'],
	[/NOPERM/, 'does not permit this user what is needed: EVAL, GET, SET and DEL'],
	[/READONLY/, 'is a replica, which takes no entries'],
	[/^OOM/, 'has no memory left'],
	[/LOADING/, 'is still loading its data'],
];

/** Why a command failed, in words that go on after "Redis at host:port". */
export function redisFault(message: string): string {
	const [, meaning] = MEANINGS.find(([code]) => code.test(message)) ?? [];
	return meaning ?? `says: ${message}`;
}
