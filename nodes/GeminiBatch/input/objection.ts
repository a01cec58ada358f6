import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** Something to correct before anything is sent. */
export interface Objection {
	message: string;
	description: string;
	itemIndex?: number;
}

export const isObjection = (value: object): value is Objection =>
	'message' in value && 'description' in value;

/** @throws NodeOperationError that says what to correct, and in which item */
export function refuse(context: IExecuteFunctions, objection: Objection): never {
	const { message, description, itemIndex } = objection;
	throw new NodeOperationError(context.getNode(), message, { description, itemIndex });
}

/** A number of bytes for people: `20.4 MB`, `2.10 GB`. */
export const sizeText = (bytes: number): string =>
	bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
