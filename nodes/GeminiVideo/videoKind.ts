import { ONCE } from '../shared/gemini/client';
import { describeOperation, describeVideoInteraction } from '../shared/jobs/describe';
import type { JobKind } from '../shared/jobs/kind';
import { text, type Json } from '../shared/json';
import { isOperation } from './models';
import { omniBody, veoBody, type ReadyMedia, type VideoRequest } from './request';

/** What a video job is started with. */
export interface VideoOrder {
	request: VideoRequest;
	media: ReadyMedia[];
}

const attempt = ({ model }: VideoRequest) => ({
	action: 'start the video',
	subject: `with ${model}`,
	isNew: true,
});

const describeVideo = (raw: Json) =>
	isOperation(text(raw.name) ?? '') ? describeOperation(raw) : describeVideoInteraction(raw);

/**
 * How videos are started. Neither interactions nor operations have a display name, so a job whose answer was lost
 * can't be found again.
 */
export const videoKind: JobKind<VideoOrder> = {
	jobType: 'video',
	endEvents: ['interaction.completed', 'interaction.failed', 'video.generated'],
	create: async (client, { request, media }, _displayName, webhook) => {
		if (request.family === 'veo') {
			const body = { ...veoBody(request, media) };
			if (webhook) {
				const { url, userMetadata } = webhook;
				body.webhookConfig = { uris: [url], ...(userMetadata ? { userMetadata } : {}) };
			}
			const path = `models/${request.model}:predictLongRunning`;
			const { raw } = await client.change(
				attempt(request),
				async (_, rest) => await rest('POST', path, body),
			);
			return raw;
		}
		const body = { ...omniBody(request, media) };
		if (webhook) {
			const { url, userMetadata } = webhook;
			body.webhook_config = {
				uris: [url],
				...(userMetadata ? { user_metadata: userMetadata } : {}),
			};
		}
		const { raw } = await client.change(attempt(request), async (ai) => {
			type Body = Parameters<typeof ai.interactions.create>[0];
			return await ai.interactions.create(body as unknown as Body, ONCE);
		});
		return raw;
	},
	describe: describeVideo,
};
