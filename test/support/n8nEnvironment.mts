/** A fixed key, so that copies of one user folder, and all processes of a cluster, can open what the others sealed. */
const ENCRYPTION_KEY = 'n8n-nodes-gemini-webhooks-test-key';

export interface ProcessOptions {
	/** What the process does: `main` by itself or with others, `webhook` and `worker` in queue mode only. */
	role?: 'main' | 'webhook' | 'worker';
	userFolder: string;
	/** Where it answers; a worker answers nothing but questions about its health. */
	port: number;
	/** Port of the broker that hands Code nodes to their runner. */
	brokerPort: number;
	/** The address n8n tells others to call; the server's own unless told. */
	webhookUrl?: string;
	/** Further environment variables; these win over the ones set here. */
	env?: Record<string, string>;
}

/** The environment of an n8n that keeps to itself: it calls no outside service and opens no port but its own two. */
export function n8nEnvironment(options: ProcessOptions): Record<string, string> {
	const { role, userFolder, port, brokerPort, webhookUrl, env } = options;
	const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
	const inherited = Object.entries({ PATH, HOME, TMPDIR, SystemRoot }).filter(([, value]) => value);
	return {
		...(Object.fromEntries(inherited) as Record<string, string>),
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_WEBHOOK_URL: webhookUrl ?? `http://127.0.0.1:${port}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		...(role === 'worker' ? workerServer(port) : {}),
		...env,
	};
}

/** A worker listens only when asked to, and then on a port of its own setting. */
const workerServer = (port: number) => ({
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	QUEUE_HEALTH_CHECK_PORT: String(port),
	N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
});
