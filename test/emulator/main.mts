import { parseArgs } from 'node:util';
import { startEmulator } from './index.mts';
import type { Settings } from './index.mts';

const HELP = `A local stand-in for Google's Gemini API.

  npm run emulator -- [options]

  --port <number>      port to listen on (8787)
  --host <address>     address to listen on (127.0.0.1, reachable from this machine only)
  --key <text>         an API key; give it again for a second Google project (test-key)
  --set <name=value>   a setting, e.g. --set batchDurationMs=20000 or --set veoAvailable=true
  --quiet              do not print requests and deliveries
  --help               this text
`;

/** `null`, numbers, booleans and JSON as what they are; anything else as text. */
function parseValue(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

function settingsFrom(pairs: string[]): Record<string, unknown> {
	return Object.fromEntries(
		pairs.map((pair) => {
			const at = pair.indexOf('=');
			if (at < 1) throw new RangeError(`--set needs name=value, not "${pair}"`);
			return [pair.slice(0, at), parseValue(pair.slice(at + 1))];
		}),
	);
}

function welcome(url: string, keys: string[], { batchDurationMs }: Settings): string {
	const byHand = batchDurationMs === null;
	const lines = [
		`The Gemini emulator is running at ${url}`,
		'',
		'In n8n, open the Gemini Webhooks credential and enter:',
		`  API Key   ${keys.join('   or   ')}`,
		`  Base URL  ${url}`,
		...(keys.length > 1 ? ['Every key is a Google project of its own.'] : []),
		'',
		...(byHand
			? ['Batches wait until you end them.']
			: [
					`Batches finish by themselves after ${batchDurationMs / 1000} s. To end jobs yourself, start with`,
					'  npm run emulator -- --set batchDurationMs=null --set interactionDurationMs=null',
				]),
		'From another terminal (batches/abc stands for the name of your job):',
		`  curl ${url}/__emulator/jobs`,
		`  curl -X POST ${url}/__emulator/jobs/batches/abc/complete`,
		`  curl -X POST ${url}/__emulator/jobs/batches/abc/fail`,
		`  curl -X POST ${url}/__emulator/jobs/batches/abc/expire`,
		`  curl -X POST ${url}/__emulator/jobs/batches/abc/cancel`,
		`  curl -X POST ${url}/__emulator/jobs/interactions/v1_abc/require-action`,
		'What was sent to your webhooks, and what they answered:',
		`  curl ${url}/__emulator/deliveries`,
		'',
		'A prompt with [[error]] fails, one with [[blocked]] is blocked. Stop with Ctrl-C.',
		'',
	];
	return lines.join('\n');
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '8787' },
			host: { type: 'string', default: '127.0.0.1' },
			key: { type: 'string', multiple: true, default: ['test-key'] },
			set: { type: 'string', multiple: true, default: [] },
			quiet: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(HELP);
		return;
	}
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new RangeError(`--port needs a number from 0 to 65535, not "${values.port}"`);
	}
	const time = (): string => new Date().toTimeString().slice(0, 8);
	const emulator = await startEmulator({
		port,
		host: values.host,
		apiKeys: values.key,
		settings: settingsFrom(values.set),
		log: values.quiet ? undefined : (line) => console.log(`${time()} ${line}`),
	});
	console.log(welcome(emulator.url, values.key, emulator.settings));
	let stopping = false;
	const stop = (): void => {
		if (stopping) process.exit(1);
		stopping = true;
		void emulator.close().then(() => console.log('Stopped.'));
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
}

main().catch((error: NodeJS.ErrnoException) => {
	const busy = error.code === 'EADDRINUSE';
	const hint = busy ? 'That port is taken. Choose another one with --port.' : error.message;
	console.error(hint);
	process.exitCode = 1;
});
