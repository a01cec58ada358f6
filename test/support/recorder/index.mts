import type http from 'node:http';
import type { Answer } from '../../emulator/world.mts';
import { Authority } from './certificates.mts';
import { Drive, isUploadedChunk } from './drive.mts';
import { GoogleAccount } from './googleAccount.mts';
import { readRequest } from './request.mts';
import type { RecordedRequest, Service } from './request.mts';
import { Sheets } from './sheets.mts';
import { Slack } from './slack.mts';
import { TlsProxy } from './tlsProxy.mts';

export {
	googleDriveCredential,
	googleSheetsCredential,
	slackCredential,
	thirdPartyCredentials,
} from './credentials.mts';
export type { DriveFile } from './drive.mts';
export type { Cell } from './grid.mts';
export type { RecordedRequest } from './request.mts';
export type { NewSpreadsheet } from './sheets.mts';
export type { SlackChannel, SlackMessage } from './slack.mts';

/**
 * Stands in for Slack, Google Sheets and Google Drive. An n8n started with `env` reaches it instead of them, over
 * TLS and with n8n's own nodes as they are. Any other host, and any call it doesn't know, gets 502.
 */
export class Recorder {
	readonly slack = new Slack();
	readonly sheets = new Sheets();
	readonly drive = new Drive();
	readonly google = new GoogleAccount();
	/** Everything that was asked, oldest first. */
	readonly requests: RecordedRequest[] = [];
	readonly #authority = new Authority();
	readonly #proxy = new TlsProxy(this.#authority, (request, response) => {
		this.#serve(request, response).catch((error: unknown) => {
			send(response, refusal(500, `The recorder failed: ${String(error)}`));
		});
	});
	readonly #services: Record<string, Service | undefined> = {
		'slack.com': this.slack.answer,
		'oauth2.googleapis.com': this.google.answer,
		'sheets.googleapis.com': this.google.guard((request) => this.sheets.answer(request)),
		'www.googleapis.com': this.google.guard(
			(request) => this.drive.answer(request),
			isUploadedChunk,
		),
	};
	#url = '';

	/** Environment variables for n8n. Itself and the Gemini emulator, both on this machine, it reaches directly. */
	get env(): Record<string, string> {
		return {
			HTTPS_PROXY: this.#url,
			NO_PROXY: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: this.#authority.caFile,
		};
	}

	/** The requests that nobody here could answer. */
	get unknown(): RecordedRequest[] {
		return this.requests.filter(({ status }) => status === 502);
	}

	async listen(): Promise<void> {
		this.#url = await this.#proxy.listen();
	}

	async close(): Promise<void> {
		await this.#proxy.close();
		this.#authority.close();
	}

	async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		const recorded = await readRequest(request);
		this.requests.push(recorded);
		const { host, method, path } = recorded;
		const answer =
			this.#services[host]?.(recorded) ??
			refusal(502, `The recorder has no answer to ${method} https://${host}${path}`);
		recorded.status = answer.status ?? 200;
		send(response, answer);
	}
}

/** Starts a recorder; `n8nFolder()` must hold an n8n. Close it with `close()`. */
export async function startRecorder(): Promise<Recorder> {
	const recorder = new Recorder();
	await recorder.listen();
	return recorder;
}

function refusal(code: number, message: string): Answer {
	return { status: code, json: { error: { code, message } } };
}

function send(response: http.ServerResponse, { status = 200, headers, json, bytes }: Answer): void {
	const type = bytes ? {} : { 'content-type': 'application/json; charset=utf-8' };
	response.writeHead(status, { ...type, ...headers }).end(bytes ?? JSON.stringify(json));
}
