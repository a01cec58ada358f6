/** The operation in words: `getResults` is "get results". */
const OPERATION =
	'$parameter["operation"].replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase())';

/**
 * What stands below a node's name in the editor: the operation, and what it is about.
 *
 * @param thing an expression for that, without braces
 */
export const subtitle = (thing: string): string => `={{ ${OPERATION} + ": " + ${thing} }}`;
