import { planted } from '../engine/instrument.mts';

const { planted: run } = planted<{ planted: (input: Buffer) => void }>();

/** Shows that the fuzzer finds what blind chance does not; not one of the package's own. */
export const target = { seeds: [Buffer.from('hello')], tokens: ['x'], run };
