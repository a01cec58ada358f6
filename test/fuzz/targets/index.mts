import type { Target } from '../engine/fuzz.mts';

/** The places where the package reads bytes from outside; each file here knows one. */
export const TARGETS = [
	'delivery',
	'keySet',
	'envelope',
	'callbackToken',
	'sealedSecret',
	'references',
	'results',
	'jobs',
	'errors',
	'api',
	'downloads',
	'triggerCheck',
];

/** Loads a target, after the package was instrumented. */
export async function targetNamed(name: string): Promise<Target> {
	const module = (await import(`./${name}.mts`)) as { target: Omit<Target, 'name'> };
	return { name, ...module.target };
}
