import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { owner } from './n8nApi.mts';

const PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Without these the browser calls home, and a closed network makes each start slow. */
const QUIET = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * A real Chromium, without a window.
 *
 * @throws when there is none
 */
export async function openBrowser(): Promise<Browser> {
	const { CHROMIUM_PATH } = process.env;
	const places = CHROMIUM_PATH ? [CHROMIUM_PATH] : PLACES;
	const executablePath = places.find((place) => existsSync(place));
	if (!executablePath) {
		throw new Error(
			'There is no Chromium here. Install one (Debian: apt-get install chromium), or name it in CHROMIUM_PATH.',
		);
	}
	const isRoot = process.getuid?.() === 0;
	const args = [...QUIET, ...(isRoot ? ['--no-sandbox'] : [])];
	return await chromium.launch({ executablePath, args });
}

/** A page of n8n's editor, logged in. */
export async function openEditor(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	page.setDefaultTimeout(20_000);
	await page.goto(`${url}/signin`);
	await page.getByRole('textbox', { name: /email/i }).fill(owner.email);
	await page.locator('input[type=password]').fill(owner.password);
	await page.getByRole('button', { name: /sign in/i }).click();
	await page.waitForURL((address) => !address.pathname.includes('signin'));
	return page;
}
