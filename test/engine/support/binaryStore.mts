import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';
import { Container } from './container.mts';

/** n8n's own store for binary data, on disk in a folder of its own: items then hold ids instead of bytes. */
export class BinaryStore {
	#service: BinaryDataService;
	#folder: string;
	/** How often a file was opened as a stream. */
	streams = 0;

	private constructor(service: BinaryDataService, folder: string) {
		this.#service = service;
		this.#folder = folder;
		const open = service.getAsStream.bind(service);
		service.getAsStream = async (...args) => {
			this.streams++;
			return await open(...args);
		};
	}

	/** From now on this process stores binary data there. */
	static async open(): Promise<BinaryStore> {
		const folder = await mkdtemp(join(tmpdir(), 'binary-'));
		const config = { mode: 'filesystem', localStoragePath: folder, signingSecret: 'x' };
		const Service = BinaryDataService as unknown as new (...args: unknown[]) => BinaryDataService;
		const service = new Service(config, { error: () => undefined }, undefined);
		await service.init();
		Container.set(BinaryDataService, service);
		return new BinaryStore(service, folder);
	}

	/** Stores a file, as the node before would have done. */
	async add(bytes: Buffer, mimeType: string, fileName: string): Promise<IBinaryData> {
		const location = { type: 'execution', workflowId: 'w', executionId: 'e' } as const;
		return await this.#service.store(location, bytes, { mimeType, fileName, data: '' });
	}

	async close(): Promise<void> {
		Container.set(BinaryDataService, undefined);
		await rm(this.#folder, { recursive: true });
	}
}

/** A binary field whose bytes n8n keeps in the item itself. */
export const inMemory = (bytes: Buffer, mimeType: string, fileName: string): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
});
