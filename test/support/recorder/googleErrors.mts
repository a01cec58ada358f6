/** An error as Google's APIs word it. */
export class GoogleError extends Error {
	readonly code: number;
	readonly status: string;

	constructor(code: number, status: string, message: string) {
		super(message);
		this.code = code;
		this.status = status;
	}
}

export const badRequest = (message: string) => new GoogleError(400, 'INVALID_ARGUMENT', message);

export const notFound = (message: string) => new GoogleError(404, 'NOT_FOUND', message);
