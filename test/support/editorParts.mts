import type { Locator, Page } from 'playwright-core';

/** n8n marks the parts of its editor with `data-test-id`. */
export const byTestId = (within: Page | Locator, id: string): Locator =>
	within.locator(`[data-test-id="${id}"]`);
