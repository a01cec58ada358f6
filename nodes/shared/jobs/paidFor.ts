import { NodeOperationError } from 'n8n-workflow';

/** Something was, or may have been, paid for: the message names it, and nobody should simply try again. */
export class PaidForError extends NodeOperationError {}
