/**
 * Preloaded into n8n by the tests: ends it and its helpers when the process that started it is gone,
 * however that ended. The pipe it was given as file descriptor 3 closes then.
 */
const { Socket } = require('node:net');

const parent = new Socket({ fd: 3 });
parent.unref();
parent.resume();
parent.once('close', () => {
	process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
});
