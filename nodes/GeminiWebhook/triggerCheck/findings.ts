/** What a check looks at. */
export type CheckName =
	| 'publicAddress'
	| 'published'
	| 'apiKey'
	| 'webhook'
	| 'enabled'
	| 'events'
	| 'signingSecret'
	| 'publicKeys'
	| 'otherWebhooks'
	| 'deliveries'
	| 'repair'
	| 'testPing';

/** What one check found out. */
export interface Finding {
	check: CheckName;
	/** Null when it couldn't be found out. */
	ok: boolean | null;
	/** A sentence. */
	detail: string;
	/** What to do about it. */
	advice?: string;
	/** It is for information: the trigger receives all the same. */
	isAside?: boolean;
}

export const good = (check: CheckName, detail: string): Finding => ({ check, ok: true, detail });

export const bad = (check: CheckName, detail: string, advice: string): Finding => ({
	check,
	ok: false,
	detail,
	advice,
});

/** All findings in a sentence. */
export interface Verdict {
	receives: boolean;
	reason: string;
	/** What to do; null when there is nothing. */
	advice: string | null;
}

/** @param fine the reason when nothing stands in the way */
export function verdictOf(findings: Finding[], fine: string): Verdict {
	const deciding = findings.filter(({ isAside }) => !isAside);
	const obstacle =
		deciding.find(({ ok }) => ok === false) ?? deciding.find(({ ok }) => ok === null);
	if (obstacle) {
		return { receives: false, reason: obstacle.detail, advice: obstacle.advice ?? null };
	}
	return {
		receives: true,
		reason: fine,
		advice: findings.find((one) => one.advice)?.advice ?? null,
	};
}

const UNITS = [
	{ name: 'day', ms: 86_400_000 },
	{ name: 'hour', ms: 3_600_000 },
	{ name: 'minute', ms: 60_000 },
	{ name: 'second', ms: 1000 },
];

/** A length of time in words: `3 hours`. */
export function lengthOf(ms: number): string {
	const unit = UNITS.find((one) => ms >= one.ms) ?? UNITS[3];
	const count = Math.max(0, Math.floor(ms / unit.ms));
	return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}
