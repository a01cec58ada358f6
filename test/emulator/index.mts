import { Emulator } from './emulator.mts';
import type { EmulatorOptions } from './emulator.mts';

export { filledContent } from './content.mts';
export type { Delivery } from './deliveries.mts';
export type { Emulator, EmulatorOptions } from './emulator.mts';
export type { ActiveFault, FaultRule } from './faults.mts';
export type { PresetName } from './fault-presets.mts';
export type { JobError, JobInfo } from './jobs.mts';
export type { Attempt, SendOptions } from './messages.mts';
export type { OtherRequest } from './other-host.mts';
export type { RequestRecord } from './server.mts';
export type { DeliveryFault } from './settings-deliveries.mts';
export type { Settings } from './settings.mts';

/** Starts a local Gemini API. Close it with `close()`. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const emulator = new Emulator(options);
	await emulator.listen();
	return emulator;
}
