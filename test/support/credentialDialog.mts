import type { Locator, Page } from 'playwright-core';
import { byTestId } from './editorParts.mts';

/** The dialog of one credential. */
export class CredentialDialog {
	readonly #dialog: Locator;

	private constructor(page: Page) {
		this.#dialog = byTestId(page, 'editCredential-modal');
	}

	/** The dialog that is opening. */
	static async opened(page: Page): Promise<CredentialDialog> {
		const dialog = new CredentialDialog(page);
		await byTestId(dialog.#dialog, 'credential-save-button').waitFor();
		return dialog;
	}

	async fill(label: string, text: string): Promise<void> {
		const field = byTestId(this.#dialog, 'credential-connection-parameter').filter({
			has: this.#dialog.page().locator('label').getByText(label),
		});
		await field.locator('input').fill(text);
	}

	/**
	 * Saves the credential; n8n tests it then.
	 *
	 * @returns what n8n says about the test, with the details of a failure
	 */
	async save(): Promise<string> {
		await this.#dialog.getByRole('button', { name: 'Save' }).click();
		await byTestId(this.#dialog, 'credential-save-button').getByText('Saved').waitFor();
		const details = this.#dialog.getByText('More details');
		if (await details.isVisible()) await details.click();
		return await this.#dialog.innerText();
	}

	async close(): Promise<void> {
		await this.#dialog
			.locator('.el-dialog__headerbtn')
			.or(this.#dialog.getByRole('button', { name: 'Close' }))
			.first()
			.click();
		await this.#dialog.waitFor({ state: 'hidden' });
	}
}
