import type { Locator, Page } from 'playwright-core';
import { CredentialDialog } from './credentialDialog.mts';
import { byTestId } from './editorParts.mts';

/** The open panel of a node: its fields in the middle, the input on the left, the output on the right. */
export class NodePanel {
	readonly #page: Page;
	readonly #panel: Locator;

	private constructor(page: Page) {
		this.#page = page;
		this.#panel = byTestId(page, 'ndv');
	}

	/** The panel that is opening. */
	static async opened(page: Page): Promise<NodePanel> {
		const panel = new NodePanel(page);
		await panel.#panel.waitFor();
		await byTestId(panel.#panel, 'node-parameters').waitFor();
		return panel;
	}

	async close(): Promise<void> {
		await byTestId(this.#panel, 'ndv-close-button').click();
		await this.#panel.waitFor({ state: 'hidden' });
	}

	/** Waits until the panel says this somewhere. */
	async shows(text: string): Promise<void> {
		await this.#panel.getByText(text).first().waitFor();
	}

	// ---- fields ------------------------------------------------------------------------------------

	/** The labels of the fields that show, from top to bottom. */
	async fields(): Promise<string[]> {
		const labels = this.#parameters()
			.locator('[data-test-id="input-label"] label')
			.locator('visible=true');
		return await labels.evaluateAll((all) =>
			all.map((label) => label.querySelector('span')?.textContent?.trim() ?? ''),
		);
	}

	/** The texts of the boxes between the fields. */
	async notices(): Promise<string[]> {
		return await this.#parameters().locator('[role=region][id^="notice-"]').allInnerTexts();
	}

	/** What a field holds, as it shows. */
	async value(label: string): Promise<string> {
		const field = this.#field(label);
		const editor = field.locator('.cm-content');
		if ((await editor.count()) > 0) return await editor.first().innerText();
		return await field.locator('input:visible, textarea:visible').last().inputValue();
	}

	/** Chooses from a drop-down list. */
	async choose(label: string, option: string): Promise<void> {
		if ((await this.value(label)) === option) return;
		await this.#pick(this.#field(label).getByRole('combobox').first(), option);
	}

	/** Types into a field that takes text or a number. */
	async fill(label: string, text: string): Promise<void> {
		await this.#field(label).locator('input:visible, textarea:visible').last().fill(text);
	}

	/** Turns a field into an expression and types it, without the `=` in front. */
	async setExpression(label: string, expression: string): Promise<void> {
		const field = this.#field(label);
		await field.hover();
		await byTestId(field, 'radio-button-expression').click();
		await field.locator('.cm-content').fill(expression);
		await this.#leaveField();
	}

	/** Waits until the value of an expression shows below the field. */
	async expressionShows(label: string, value: string): Promise<void> {
		await this.#field(label).getByText(value, { exact: true }).waitFor();
	}

	/** Types into a field with a code editor. */
	async fillCode(label: string, code: string): Promise<void> {
		await this.#field(label).locator('.cm-content').fill(code);
		await this.#leaveField();
	}

	/** The chosen values of a field that takes several. */
	async chosen(label: string): Promise<string[]> {
		return await this.#field(label).locator('.el-tag').allInnerTexts();
	}

	/** Chooses from a list that the node reads from the API. */
	async chooseFromList(label: string, name: string): Promise<void> {
		await byTestId(this.#field(label), 'rlc-input').click();
		await this.#listRows().getByText(name, { exact: true }).click();
	}

	/** The rows of a list that the node reads from the API. */
	async listRows(label: string): Promise<string[]> {
		await byTestId(this.#field(label), 'rlc-input').click();
		await this.#listRows().first().waitFor();
		const rows = await this.#listRows().allInnerTexts();
		await byTestId(this.#field(label), 'rlc-input').click();
		return rows;
	}

	/** Adds one of the node's options. */
	async addOption(option: string): Promise<void> {
		await this.#pick(byTestId(this.#parameters(), 'collection-parameter-add').last(), option);
		await this.#field(option).waitFor();
	}

	/** The options that can be added. */
	async addableOptions(): Promise<string[]> {
		const button = byTestId(this.#parameters(), 'collection-parameter-add').last();
		await button.click();
		const rows = byTestId(this.#page, 'collection-parameter-option').locator('visible=true');
		await rows.first().waitFor();
		const texts = await rows.allInnerTexts();
		await button.click();
		await rows.first().waitFor({ state: 'hidden' });
		return texts;
	}

	/** Opens a drop-down list and clicks one of its rows. */
	async #pick(box: Locator, option: string): Promise<void> {
		await box.click();
		const row = this.#page
			.locator('[role=option]:visible')
			.filter({ has: this.#page.getByText(option, { exact: true }) });
		await row.click();
		await row.waitFor({ state: 'hidden' });
	}

	/** Closes whatever help the editor shows next to a field. */
	async #leaveField(): Promise<void> {
		await byTestId(this.#panel, 'tab-params').click();
	}

	#parameters(): Locator {
		return byTestId(this.#panel, 'node-parameters');
	}

	#field(label: string): Locator {
		return byTestId(this.#parameters(), 'input-label').filter({
			has: this.#page.locator('label').getByText(label, { exact: true }),
		});
	}

	#listRows(): Locator {
		return byTestId(this.#page, 'rlc-item').locator('visible=true');
	}

	// ---- credential --------------------------------------------------------------------------------

	/** The labels of the fields for credentials that show. */
	async credentialFields(): Promise<string[]> {
		return await byTestId(this.#panel, 'credentials-label').allInnerTexts();
	}

	/** In the last field for a credential: those that an option asks for come after the node's own. */
	async chooseCredential(name: string): Promise<void> {
		const field = byTestId(this.#panel, 'node-credentials-select').last();
		await this.#pick(field.getByRole('combobox'), name);
	}

	/** Opens the chosen credential, the last if there are several. */
	async editCredential(): Promise<CredentialDialog> {
		await byTestId(this.#panel, 'credential-edit-button').last().click();
		return await CredentialDialog.opened(this.#page);
	}

	// ---- running -----------------------------------------------------------------------------------

	/** Presses "Execute step", or "Stop Listening" while a trigger listens. */
	async executeStep(): Promise<void> {
		await byTestId(this.#panel, 'node-execute-button').click();
	}

	/** The fields of the previous node's items, as the schema on the left shows them. */
	async inputSchema(): Promise<string[]> {
		const fields = byTestId(byTestId(this.#panel, 'ndv-input-panel'), 'run-data-schema-item');
		await fields.first().waitFor();
		return await fields.allInnerTexts();
	}

	/** The URL of a trigger that Google calls: "Test URL" or "Production URL". */
	async webhookUrl(which: string): Promise<string> {
		const tab = this.#panel.getByRole('radio', { name: which });
		if (!(await tab.isVisible())) {
			await this.#panel.getByText('Webhook URLs', { exact: true }).click();
		}
		await tab.click();
		return (await this.#panel.getByText(/^https?:.*webhook/).innerText()).trim();
	}

	/** Waits until the right side says this. */
	async outputShows(text: string): Promise<void> {
		await this.output().getByText(text).first().waitFor();
	}

	/** The right side. */
	output(): Locator {
		return byTestId(this.#panel, 'output-panel');
	}

	/** The output's items, each with the texts of its cells by column. */
	async outputTable(): Promise<Array<Record<string, string>>> {
		// While the node runs, n8n may still change how the output shows.
		await byTestId(this.#panel, 'node-execute-button')
			.and(this.#page.locator(':enabled'))
			.waitFor();
		await this.showOutputAs('Table');
		const table = this.output().locator('table');
		await table.locator('td').first().waitFor();
		return await table.evaluate((element) => {
			const texts = (row: Element, cells: string) =>
				[...row.querySelectorAll(cells)].map((cell) => (cell as HTMLElement).innerText.trim());
			const columns = texts(element, 'th');
			return [...element.querySelectorAll('tbody tr')].map((row) =>
				Object.fromEntries(texts(row, 'td').map((text, index) => [columns[index], text])),
			);
		});
	}

	/** How the right side shows the items. */
	async showOutputAs(form: 'Schema' | 'Table' | 'JSON'): Promise<void> {
		await byTestId(this.output(), `radio-button-${form.toLowerCase()}`).click();
	}

	/** The hints above the output. */
	async hints(): Promise<string[]> {
		return await byTestId(this.output(), 'run-data-hints').allInnerTexts();
	}
}
