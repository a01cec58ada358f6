import type { ProjectWebhook } from '../shared/gemini/webhooks';

/** The end of a secret as Google shows it: of proper base64, however it was pasted. */
export const endOf = (secret: string): string =>
	Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
		.toString('base64')
		.slice(-4);

/** The ends of the secrets that Google signs with, as far as it shows them: `whsec_...` and four characters. */
export const shownEnds = ({ secrets }: Pick<ProjectWebhook, 'secrets'>): string[] =>
	secrets.flatMap(({ truncated }) => /\.\.\.(\S{4})$/.exec(truncated)?.[1] ?? []);

/**
 * Whether somebody has rotated a webhook's secret since, and we hold at most one that ends soon: the ones of a past
 * rotation have an end, the current one hasn't.
 */
export const lacksCurrentSecret = ({ secrets }: ProjectWebhook, held: string[]): boolean => {
	const shown = shownEnds({ secrets: secrets.filter(({ expiresAt }) => expiresAt === null) });
	const ends = held.map(endOf);
	return shown.length > 0 && !shown.some((end) => ends.includes(end));
};

/** Whether Google shows other secrets for a webhook than those we hold: then nothing would be accepted. */
export function holdsForeignSecrets(webhook: ProjectWebhook, held: string[]): boolean {
	const shown = shownEnds(webhook);
	const ends = held.map(endOf);
	return shown.length > 0 && !shown.some((end) => ends.includes(end));
}
