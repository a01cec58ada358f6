import { startEmulator } from './index.mts';
import type { Emulator, PresetName, Settings } from './index.mts';
import { raw, startReceiver } from './support.mts';
import type { Receiver } from './support.mts';

/** Something that goes wrong: what it is, how a test gets it and sees it, and what is seen. */
export type Row = [what: string, see: (stage: FailureStage) => Promise<unknown>, expected: unknown];

export const MODELS = '/v1beta/models';
export const INTERACTIONS = '/v1beta/interactions';

/** An emulator, a receiver of its deliveries, and the calls that the tables of troubles have in common. */
export class FailureStage {
	readonly emulator: Emulator;
	readonly receiver: Receiver;

	private constructor(emulator: Emulator, receiver: Receiver) {
		this.emulator = emulator;
		this.receiver = receiver;
	}

	static async open(): Promise<FailureStage> {
		return new FailureStage(await startEmulator(), await startReceiver());
	}

	async close(): Promise<void> {
		await this.emulator.close();
		await this.receiver.close();
	}

	set(settings: Partial<Settings>): void {
		Object.assign(this.emulator.settings, settings);
	}

	/** Adds a fault by its name, on the list of models unless `path` says otherwise. */
	add(preset: PresetName, path = 'models', more: object = {}): string {
		return this.emulator.faults.add({ preset, path, ...more });
	}

	get(path = MODELS): ReturnType<typeof raw> {
		return raw(this.emulator, 'GET', path);
	}

	/** Stores a film. Returns the path of its download. */
	film(): string {
		const bytes = Buffer.alloc(100_000, 'film');
		const name = this.emulator.files.add({ bytes, mimeType: 'video/mp4', source: 'GENERATED' });
		return `/v1beta/${name}:download?alt=media`;
	}

	/** Starts a background interaction. */
	interact(more: object = {}): ReturnType<typeof raw> {
		const body = { model: 'gemini-3.8-flash', input: 'hi', background: true, ...more };
		return raw(this.emulator, 'POST', INTERACTIONS, body);
	}

	/** Starts one and reads it when it has ended. */
	async finish(more: object = {}): Promise<any> {
		const { json } = await this.interact(more);
		await this.emulator.clock.advance(1_000);
		return (await this.get(`${INTERACTIONS}/${json.id}`)).json;
	}
}

/** Tests one table: each row on a stage of its own. */
export function testRows(rows: Row[]): void {
	test.each(rows)('%s', async (_, see, expected) => {
		const stage = await FailureStage.open();
		try {
			expect(await see(stage)).toEqual(expected);
		} finally {
			await stage.close();
		}
	});
}
