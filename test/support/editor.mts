import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openEditor } from './browser.mts';
import { byTestId } from './editorParts.mts';
import { eventually } from './http.mts';
import { NodePanel } from './nodePanel.mts';

/** What the node creator tells about one node. */
export interface NodeDetails {
	/** Actions and triggers, by the names a user clicks. */
	actions: string[];
	iconLoaded: boolean;
}

/** What the editor asks n8n for in vain: schemas of n8n's own nodes, the state of a workflow left unsaved. */
const NOT_OURS = /\/schemas\/n8n-nodes-base\.|\/publication-status$/;

/** How the canvas shows a node's state. */
const MARKS = {
	success: ' [data-icon="node-success"]',
	error: ' [data-icon="node-execution-error"]',
	waiting: '.waiting',
};

/** Where the window's last picture of each test is kept. */
const LAST_PICTURES = resolve(import.meta.dirname, '..', '..', '.tmp', 'editor');

/** n8n's editor in a real Chromium, driven by what a user sees: names of nodes, labels of fields. */
export class Editor {
	readonly page: Page;
	#errors: string[] = [];
	readonly #url: string;

	private constructor(page: Page, url: string) {
		this.page = page;
		this.#url = url;
		page.on('pageerror', ({ message }) => this.#errors.push(message));
		page.on('console', (message) => {
			const { url: source } = message.location();
			if (message.type() !== 'error' || NOT_OURS.test(source)) return;
			if (!source || source.startsWith(url)) this.#errors.push(`${message.text()} (${source})`);
		});
		// The browser asks before it leaves an unsaved workflow.
		page.on('dialog', (dialog) => void dialog.accept());
	}

	/**
	 * Opens a page and logs in.
	 *
	 * @param url of n8n, without a slash at the end
	 */
	static async open(browser: Browser, url: string): Promise<Editor> {
		const page = await openEditor(browser, url);
		// The editor asks npm about community nodes; no test may depend on the answer.
		await page.route(
			(address) => address.origin !== url,
			async (route) => await route.abort(),
		);
		return new Editor(page, url);
	}

	/** The page's errors since the last call, those of n8n's own calls to the internet left out. */
	takeErrors(): string[] {
		const errors = this.#errors;
		this.#errors = [];
		return errors;
	}

	// ---- workflows ---------------------------------------------------------------------------------

	/** Opens an empty workflow; the one that was open may be left unsaved. */
	async newWorkflow(): Promise<void> {
		const addButton = byTestId(this.page, 'universal-add');
		if ((await addButton.isVisible()) && !(await byTestId(this.page, 'ndv').isVisible())) {
			await addButton.click();
			await byTestId(this.page, 'navigation-menu-item')
				.locator('visible=true')
				.getByText('New workflow', { exact: true })
				.click();
		} else {
			await this.#go('/workflow/new');
		}
		const empty = byTestId(this.page, 'canvas-plus-button');
		const leave = this.page.getByRole('button', { name: 'Leave without saving' });
		const isThere = async () => {
			if (await leave.isVisible()) await leave.click();
			return await empty.isVisible();
		};
		try {
			await eventually(isThere, { timeoutMs: 10_000 });
		} catch {
			// The menu of a page that is still being left leads nowhere.
			await this.#go('/workflow/new');
			await eventually(isThere, { timeoutMs: 20_000 });
		}
		// n8n's own, while it leaves a page: an empty canvas has nothing of ours.
		this.#errors = [];
	}

	async openWorkflow(id: string): Promise<void> {
		await this.#go(`/workflow/${id}`);
		await byTestId(this.page, 'canvas-node').first().waitFor();
	}

	async #go(path: string): Promise<void> {
		await this.page.goto(`${this.#url}${path}`);
	}

	/** Presses "Execute workflow". */
	async executeWorkflow(): Promise<void> {
		await byTestId(this.page, 'execute-workflow-button').click();
	}

	/** Opens the logs below the canvas and shows what this node put out. */
	async showLogOf(name: string): Promise<void> {
		const rows = byTestId(this.page, 'logs-overview-body');
		if (!(await rows.isVisible())) await byTestId(this.page, 'logs-overview-header').click();
		const details = byTestId(this.page, 'log-details').filter({ hasText: name });
		// A second click on the same row would close them.
		if (!(await details.isVisible())) await rows.getByText(name, { exact: true }).click();
		await details.waitFor();
	}

	/** Pulls the logs' upper edge up by so many pixels. */
	async enlargeLogs(pixels: number): Promise<void> {
		const { y, width } = (await byTestId(this.page, 'logs-panel').boundingBox())!;
		await this.page.mouse.move(width / 2, y);
		await this.page.mouse.down();
		await this.page.mouse.move(width / 2, y - pixels, { steps: 5 });
		await this.page.mouse.up();
	}

	// ---- the node creator --------------------------------------------------------------------------

	/** What the node creator shows about a node, found by these words. */
	async nodeDetails(words: string, name: string): Promise<NodeDetails> {
		try {
			await this.#openDetails(words, name);
			const icon = this.#creator().locator('img').first();
			const folded = this.#creator().locator('[data-category-collapsed="true"]');
			// Of triggers and actions, one may be folded.
			for (const part of await folded.all()) {
				await byTestId(part, 'node-creator-category-item').click();
			}
			return {
				actions: await byTestId(this.#creator(), 'node-creator-item-name').allInnerTexts(),
				iconLoaded: await eventually(
					async () => await icon.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
				).catch(() => false),
			};
		} finally {
			await this.page.keyboard.press('Escape');
			await this.#creator().waitFor({ state: 'hidden' });
		}
	}

	/**
	 * Adds a node that has actions, and opens its panel.
	 *
	 * @param words typed into the search field
	 * @param name as the node creator shows it: a trigger's without the word "Trigger"
	 * @param action what to click among the node's actions
	 */
	async addNode(words: string, name: string, action: string): Promise<NodePanel> {
		await this.#openDetails(words, name);
		await this.#creatorItem(action).click();
		return await NodePanel.opened(this.page);
	}

	/** Adds a node that has no actions, and opens its panel. */
	async addNodeWithPanel(name: string): Promise<NodePanel> {
		await this.addSimpleNode(name);
		return await NodePanel.opened(this.page);
	}

	/** Adds a node that has neither actions nor a panel that opens by itself. */
	async addSimpleNode(name: string): Promise<void> {
		await this.#search(name);
		await this.#creatorItem(name).click();
		await this.#creator().waitFor({ state: 'hidden' });
	}

	async #openDetails(words: string, name: string): Promise<void> {
		await this.#search(words);
		await this.#creatorItem(name).click();
		await this.#creator().getByText('Node details').waitFor();
		// The list slides out while the details slide in.
		await this.#creator().locator('aside').nth(1).waitFor({ state: 'detached' });
		await byTestId(this.#creator(), 'node-creator-item-name').first().waitFor();
	}

	async #search(words: string): Promise<void> {
		const field = byTestId(this.page, 'node-creator-search-bar');
		if (!(await field.isVisible())) {
			await byTestId(this.page, 'canvas-plus-button')
				.or(byTestId(this.page, 'node-creator-plus-button'))
				.first()
				.click();
		}
		await field.fill(words);
	}

	#creator(): Locator {
		return byTestId(this.page, 'node-creator');
	}

	#creatorItem(name: string): Locator {
		return byTestId(this.#creator(), 'node-creator-item-name').getByText(name, { exact: true });
	}

	// ---- the canvas --------------------------------------------------------------------------------

	/** Opens a node's panel. */
	async openNode(name: string): Promise<NodePanel> {
		await this.#node(name).dblclick();
		return await NodePanel.opened(this.page);
	}

	/** Waits until a node is in this state. */
	async nodeIs(name: string, state: keyof typeof MARKS): Promise<void> {
		await this.page.locator(`${nodeSelector(name)}${MARKS[state]}`).waitFor();
	}

	/** Waits until the messages in the corner are gone. */
	async messagesAreGone(): Promise<void> {
		await this.page.locator('.el-notification').last().waitFor({ state: 'detached' });
	}

	#node(name: string): Locator {
		return this.page.locator(nodeSelector(name));
	}

	/** Saves what the window shows for whoever has to find out why a test failed. */
	async keepPicture(testName: string): Promise<void> {
		const file = `${testName.replaceAll(/\W+/g, '-')}.png`;
		await this.screenshot(join(LAST_PICTURES, file));
	}

	/** Saves what the window shows, or a part of it, as a PNG. */
	async screenshot(
		path: string,
		clip?: { x: number; y: number; width: number; height: number },
	): Promise<void> {
		mkdirSync(dirname(path), { recursive: true });
		// Away from everything that shows more under the pointer.
		await this.page.mouse.move(1, 1);
		await this.page.screenshot({ path, clip, animations: 'disabled' });
	}
}

const nodeSelector = (name: string) =>
	`[data-test-id="canvas-node"][data-node-name=${JSON.stringify(name)}]`;
