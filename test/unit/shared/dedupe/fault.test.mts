import { redisFault } from '../../../../nodes/shared/dedupe/fault';

test.each([
	['connect ECONNREFUSED 127.0.0.1:6379', 'does not answer: nothing listens there'],
	['getaddrinfo ENOTFOUND redis.example', 'does not answer: there is no such host'],
	['Command timed out', 'does not answer in time'],
	['connect ETIMEDOUT', 'does not answer in time'],
	['Connection is closed.', 'broke the connection'],
	[
		'WRONGPASS invalid username-password pair or user is disabled.',
		'does not accept the user and password',
	],
	['ERR invalid password', 'does not accept the user and password'],
	['NOAUTH Authentication required.', 'asks for a password'],
	[
		"NOPERM this user has no permissions to run the 'eval' command",
		'does not permit this user what is needed: EVAL, GET, SET and DEL',
	],
	["READONLY You can't write against a read only replica.", 'is a replica, which takes no entries'],
	["OOM command not allowed when used memory > 'maxmemory'.", 'has no memory left'],
	['LOADING Redis is loading the dataset in memory', 'is still loading its data'],
	['ERR something new', 'says: ERR something new'],
])('%s', (message, words) => {
	expect(redisFault(message)).toBe(words);
});
