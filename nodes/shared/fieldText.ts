/** What a field holds as text. An expression may give anything: nothing at all, a number, an object. */
export const fieldText = (value: unknown): string => {
	if (value === undefined || value === null) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** A field that takes several values: separated by commas, or a list, as an expression may give it. */
export const fieldList = (value: unknown): string[] =>
	(Array.isArray(value) ? value.map(fieldText) : fieldText(value).split(','))
		.map((one) => one.trim())
		.filter((one) => one !== '');
