/** One thing that must be right for a trigger to receive. */
export interface Check {
	check: string;
	/** Null: it could not be found out. */
	ok: boolean | null;
	detail: string;
	/** What to change, if it isn't right. */
	advice?: string;
}

export const right = (check: string, detail: string): Check => ({ check, ok: true, detail });

export const wrong = (check: string, detail: string, advice: string): Check => ({
	...{ check, ok: false, detail, advice },
});

export const unclear = (check: string, detail: string, advice: string): Check => ({
	...{ check, ok: null, detail, advice },
});

/** What the checks come to: false with the first thing that is wrong, null with the first that is unclear. */
export function verdict(checks: Check[]): {
	receives: boolean | null;
	reason: string;
	advice: string | null;
} {
	const first = checks.find(({ ok }) => ok === false) ?? checks.find(({ ok }) => ok === null);
	return first
		? { receives: first.ok, reason: first.detail, advice: first.advice ?? null }
		: { receives: true, reason: 'Everything is as it should be', advice: null };
}
