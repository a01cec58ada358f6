import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** Something to correct before anything is sent. */
export interface Objection {
	/** What is wrong, with the field's name. */
	message: string;
	/** What to change. */
	description: string;
}

/** @throws NodeOperationError for the item, if there is an objection */
export function refuse(
	context: IExecuteFunctions,
	objection: Objection | undefined,
	itemIndex?: number,
): void {
	if (!objection) return;
	const { message, description } = objection;
	throw new NodeOperationError(context.getNode(), message, { description, itemIndex });
}
