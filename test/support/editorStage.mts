import type { Browser } from 'playwright-core';
import type { Settings } from '../emulator/index.mts';
import { openBrowser } from './browser.mts';
import { Editor } from './editor.mts';
import { CREDENTIAL_TYPE } from './examples.mts';
import { API_KEY, FOREIGN_KEY, openStage } from './stage.mts';
import type { Stage } from './stage.mts';

/** The names of the credentials, as a user would give them. */
export const CREDENTIAL_NAME = 'Gemini account';
export const OTHER_CREDENTIAL_NAME = 'Another Google project';

/** A stage with the editor open on it, and a second credential to choose from. */
export interface EditorStage extends Stage {
	editor: Editor;
}

/** @throws when there is no Chromium, before n8n is started */
export async function openEditorStage(settings?: Partial<Settings>): Promise<EditorStage> {
	const browser = await openBrowser();
	let stage: Stage | undefined;
	try {
		stage = await openStage({ settings });
		await nameCredentials(stage);
		const editor = await Editor.open(browser, stage.n8n.url);
		return { ...stage, editor, close: async () => await closeBoth(browser, stage) };
	} catch (error) {
		await closeBoth(browser, stage);
		throw error;
	}
}

async function closeBoth(browser: Browser, stage: Stage | undefined): Promise<void> {
	await browser.close();
	await stage?.close();
}

async function nameCredentials({ api, credential, emulator }: Stage): Promise<void> {
	const account = (apiKey: string) => ({ apiKey, baseUrl: emulator.url, apiVersion: 'v1beta' });
	await api.updateCredential({ ...credential, name: CREDENTIAL_NAME }, account(API_KEY));
	await api.createCredential(CREDENTIAL_TYPE, account(FOREIGN_KEY), OTHER_CREDENTIAL_NAME);
}
