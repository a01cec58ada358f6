import type { ProjectWebhook } from './webhooks';

/** The end of a secret as Google shows it: four characters of proper base64, however it was pasted. */
export const secretEnd = (secret: string): string =>
	Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
		.toString('base64')
		.slice(-4);

/**
 * The secrets that Google signs a webhook's deliveries with, by their ends. Google shows `whsec_...` and the last four
 * characters of each; a secret that was replaced has an end in time as well (https://ai.google.dev/api/webhooks).
 */
export const shownSecrets = ({
	secrets,
}: ProjectWebhook): Array<{ end: string; expiresAt: string | null }> =>
	secrets.flatMap(({ truncated, expiresAt }) => {
		const end = /\.\.\.(\S{4})$/.exec(truncated)?.[1];
		return end ? [{ end, expiresAt }] : [];
	});

/**
 * What Google's list says about the secrets that are held here, given by their ends: `current` when one of them signs,
 * `expiring` when it signs for a while only and another one from then on, `foreign` when only other secrets sign,
 * `unknown` when Google shows none.
 */
export function standing(
	webhook: ProjectWebhook,
	held: string[],
): 'current' | 'expiring' | 'foreign' | 'unknown' {
	const shown = shownSecrets(webhook);
	if (shown.length === 0) return 'unknown';
	const ours = shown.filter(({ end }) => held.includes(end));
	if (ours.length === 0) return 'foreign';
	const lasting = shown.filter(({ expiresAt }) => expiresAt === null);
	return lasting.length > 0 && !lasting.some((one) => ours.includes(one)) ? 'expiring' : 'current';
}
