/**
 * A call of Google's webhooks by somebody else than the nodes.
 *
 * @param path below `webhooks/`
 * @returns the answer
 * @throws when it is no success
 */
export async function callWebhooks(
	{ emulator }: { emulator: { url: string } },
	apiKey: string,
	method: string,
	path: string,
	body?: object,
): Promise<Record<string, unknown>> {
	const response = await fetch(`${emulator.url}/v1beta/webhooks/${path}`, {
		method,
		headers: { 'x-goog-api-key': apiKey },
		body: body && JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`${method} webhooks/${path} failed: ${response.status}`);
	return (await response.json()) as Record<string, unknown>;
}
