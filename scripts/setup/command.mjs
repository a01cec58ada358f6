/**
 * Runs a command of this project. What is thrown becomes a message without a stack trace, since it is
 * written for the person at the terminal.
 *
 * @param {() => Promise<number>} action returns the exit code
 */
export async function command(action) {
	try {
		process.exitCode = await action();
	} catch (error) {
		console.error(`\n${error.message}`);
		process.exitCode = 1;
	}
}
