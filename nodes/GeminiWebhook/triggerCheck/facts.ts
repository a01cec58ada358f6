import type { GeminiApiError } from '../../shared/gemini/errors';
import type { ProjectWebhook } from '../../shared/gemini/webhooks';
import type { Asked } from './askTrigger';

/** Everything that could be had about one trigger. */
export interface Facts {
	/** The trigger's Production URL. */
	url: string;
	/** This n8n's own. */
	address: string;
	/** Why Google can't call the URL; see `whyNotCallable`. */
	obstacle: string | undefined;
	asked: Asked;
	/** The Google project's, or why they can't be had. */
	webhooks: ProjectWebhook[] | GeminiApiError;
}
