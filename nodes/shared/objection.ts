import { NodeOperationError, type INode } from 'n8n-workflow';

/** Something to correct before anything is sent. */
export interface Objection {
	/** What is wrong, with the field's name. */
	message: string;
	/** What to change. */
	description: string;
	/** The incoming item it is about, if it is about one of several. */
	itemIndex?: number;
}

export const isObjection = (value: object): value is Objection =>
	'message' in value && 'description' in value;

/** n8n's functions of any kind, as far as an error needs them. */
interface Context {
	getNode: () => INode;
}

/**
 * @param itemIndex the item, if the objection does not say it
 * @throws NodeOperationError that says what to correct, if there is an objection
 */
export function refuse(context: Context, objection: Objection, itemIndex?: number): never;
export function refuse(
	context: Context,
	objection: Objection | undefined,
	itemIndex?: number,
): void;
export function refuse(
	context: Context,
	objection: Objection | undefined,
	itemIndex?: number,
): void {
	if (!objection) return;
	const { message, description } = objection;
	throw new NodeOperationError(context.getNode(), message, {
		description,
		itemIndex: objection.itemIndex ?? itemIndex,
	});
}

/** A number of bytes for people: `20.4 MB`, `2.10 GB`. */
export const sizeText = (bytes: number): string =>
	bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
