/**
 * Preloaded into n8n by `npm run soak`: tells on request what n8n's process really holds. `GET /memory` collects
 * garbage first, so that what is told is in use; `GET /snapshot?file=` writes a heap snapshot.
 */
const { createServer } = require('node:http');
const { setFlagsFromString, writeHeapSnapshot } = require('node:v8');
const { runInNewContext } = require('node:vm');

const port = Number(process.env.SOAK_PROBE_PORT);
// The variable that preloads this file is also seen by n8n's helpers.
if (port && process.argv[2] === 'start') listen();

function listen() {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc');
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url, 'http://probe');
		// What a first collection finalizes, a second one frees.
		collect();
		collect();
		if (pathname === '/snapshot') writeHeapSnapshot(searchParams.get('file'));
		response
			.setHeader('content-type', 'application/json')
			.end(JSON.stringify(process.memoryUsage()));
	});
	server.listen(port, '127.0.0.1').unref();
}
