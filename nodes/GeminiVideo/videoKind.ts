import { describeOperation, describeVideoInteraction } from '../shared/jobs/describe';
import type { JobKind } from '../shared/jobs/kind';
import { createInteraction, webhookConfig } from '../shared/jobs/perRequestWebhook';
import { isOperation } from '../shared/jobs/types';
import { text, type Json } from '../shared/json';
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
			const body = { ...veoBody(request, media), ...webhookConfig(webhook) };
			const path = `models/${request.model}:predictLongRunning`;
			const { raw } = await client.change(
				attempt(request),
				async (_, rest) => await rest('POST', path, body),
			);
			return raw;
		}
		return await createInteraction(client, attempt(request), omniBody(request, media), webhook);
	},
	describe: describeVideo,
};
