/** Shows that the fuzzer notices what never ends; not one of the package's own. */
export const target = {
	seeds: [Buffer.from('hello')],
	tokens: ['!'],
	run(input: Buffer): void {
		while (input.includes('!')) input = Buffer.from(input);
	},
};
