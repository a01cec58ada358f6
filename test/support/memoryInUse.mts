import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of this process that are in use after a collection: what is really held, whatever the machine is doing. */
export function memoryInUse(): number {
	collect();
	const { heapUsed, external, arrayBuffers } = process.memoryUsage();
	return heapUsed + Math.max(external, arrayBuffers);
}
