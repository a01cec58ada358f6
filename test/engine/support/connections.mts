import net from 'node:net';

/** Where this process connects to from now on, `host:port` each, whether or not it succeeds. */
export function watchConnections(): { readonly to: string[]; stop(): void } {
	const to: string[] = [];
	const connect = net.Socket.prototype.connect;
	net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
		// Node.js hands a list on to itself: the options and a callback.
		const [first] = args.flat() as [{ host?: string; port?: number; path?: string }];
		to.push(first.path ?? `${first.host}:${first.port}`);
		return (connect as (...all: unknown[]) => net.Socket).apply(this, args);
	} as typeof connect;
	return {
		to,
		stop() {
			net.Socket.prototype.connect = connect;
		},
	};
}
