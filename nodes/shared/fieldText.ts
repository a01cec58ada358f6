/** What a field holds as text. An expression may give anything: nothing at all, a number, an object. */
export const fieldText = (value: unknown): string => {
	if (value === undefined || value === null) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
