/** A fault that blind chance does not find: four bytes that are compared one after the other. */
exports.planted = (input) => {
	if (input[0] !== 0x42) return;
	if (input[1] !== 0x75) return;
	if (input[2] !== 0x67) return;
	if (input[3] === 0x21) throw new Error('The planted fault was found');
};
