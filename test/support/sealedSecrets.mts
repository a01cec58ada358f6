import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const BUILT = resolve(import.meta.dirname, '../../dist/nodes/shared/delivery/sealedSecret.js');

/**
 * The signing secrets that a workflow's triggers remember, those of former times last. n8n keeps them sealed; whoever has the API key can open them.
 *
 * @param workflow as n8n's API shows it, its static data included
 */
export function signingSecretsIn(workflow: object, apiKey: string): string[] {
	const { openSecret } = createRequire(import.meta.filename)(BUILT) as {
		openSecret: (sealed: string, apiKey: string) => string | undefined;
	};
	const text = JSON.stringify(workflow);
	const current = text.matchAll(/"sealedSecret":"([^"]+)"/g);
	const previous = text.matchAll(/"previousSealedSecret":"([^"]+)"/g);
	const opened = [...current, ...previous].map(([, sealed]) => openSecret(sealed, apiKey) ?? '');
	return [...new Set(opened)].filter(Boolean);
}
