import type { Answer } from '../../emulator/world.mts';
import type { RecordedRequest } from './request.mts';

export const SLACK_TOKEN = 'xoxb-recorder';

export interface SlackChannel {
	id: string;
	/** Without `#`. */
	name: string;
}

/** A message as it was posted: all the fields n8n sent. */
export interface SlackMessage extends Record<string, unknown> {
	/** Name of the channel, without `#`. */
	channel: string;
	text?: string;
}

/** A Slack workspace (https://docs.slack.dev/reference/methods): what its Send Message operation and its channel list need. */
export class Slack {
	/** Add to it what a workflow posts to. */
	readonly channels: SlackChannel[] = [{ id: 'C0GENERAL', name: 'general' }];
	/** Everything posted, oldest first. */
	readonly messages: SlackMessage[] = [];
	/** Called with each message as it is posted. */
	onMessage?: (message: SlackMessage) => void;

	/** Answers for slack.com. Slack tells its errors with status 200. */
	readonly answer = (request: RecordedRequest): Answer | undefined => {
		const { method, path, headers, body } = request;
		const call = this.#calls[`${method} ${path}`];
		if (!call) return undefined;
		if (headers.authorization !== `Bearer ${SLACK_TOKEN}`) return failure('invalid_auth');
		return call((body ?? {}) as Record<string, unknown>);
	};

	readonly #calls: Record<string, (body: Record<string, unknown>) => Answer> = {
		'POST /api/chat.postMessage': (body) => this.#post(body),
		'GET /api/conversations.list': () => success({ channels: this.channels }),
		// n8n's test of the credential.
		'GET /api/users.profile.get': () => success({ profile: { real_name: 'Recorder' } }),
	};

	#post(body: Record<string, unknown>): Answer {
		const wanted = String(body.channel ?? '').replace(/^#/, '');
		const channel = this.channels.find(({ id, name }) => id === wanted || name === wanted);
		if (!channel) return failure('channel_not_found');
		if (!body.text && !body.blocks && !body.attachments) return failure('no_text');
		const posted: SlackMessage = { ...body, channel: channel.name };
		this.messages.push(posted);
		this.onMessage?.(posted);
		const ts = `1700000000.${String(this.messages.length).padStart(6, '0')}`;
		const message = { type: 'message', subtype: 'bot_message', text: body.text ?? '', ts };
		return success({ channel: channel.id, ts, message });
	}
}

const success = (fields: Record<string, unknown>): Answer => ({ json: { ok: true, ...fields } });
const failure = (error: string): Answer => ({ json: { ok: false, error } });
