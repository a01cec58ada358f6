import { defaultDeliverySettings } from './settings-deliveries.mts';
import type { DeliverySettings } from './settings-deliveries.mts';
import { defaultFileSettings } from './settings-files.mts';
import type { FileSettings } from './settings-files.mts';
import { defaultJobSettings } from './settings-jobs.mts';
import type { JobSettings } from './settings-jobs.mts';

/** Switches of the whole API. */
interface ApiSettings {
	/** Unknown fields of classic bodies are refused with 400, as Google's JSON parser does. */
	strictJson: boolean;
	/** `userMetadata` in a batch's webhookConfig is refused, as the live API did in googleapis/go-genai#779. */
	rejectUserMetadata: boolean;
	/** `POST /v1/interactions` with `webhook_config` or `video_config` is refused with `parameter_unknown`. */
	strictV1Interactions: boolean;
	/** Webhooks may subscribe to `batch.cancelled` and `interaction.cancelled`, which the current reference leaves out. */
	acceptCancelledEvents: boolean;
	/** `http://` webhook URLs are refused unless they point to this machine (emulator's choice; Google's rule is unknown). */
	requireHttps: boolean;
	/** Error bodies come wrapped in an array, as some of Google's front ends do. */
	arrayErrors: boolean;
	/** API keys that answer 400 API_KEY_INVALID from now on. */
	revokedKeys: string[];
}

/**
 * Every switch of the emulator. All can be changed while it runs (`emulator.settings`, or
 * `PATCH /__emulator/settings`). Times are milliseconds on the emulator's clock unless it says otherwise.
 */
export interface Settings extends ApiSettings, JobSettings, FileSettings, DeliverySettings {}

/** The settings an emulator starts with. */
export function defaultSettings(): Settings {
	return {
		strictJson: true,
		rejectUserMetadata: true,
		strictV1Interactions: false,
		acceptCancelledEvents: false,
		requireHttps: true,
		arrayErrors: false,
		revokedKeys: [],
		...defaultJobSettings(),
		...defaultFileSettings(),
		...defaultDeliverySettings(),
	};
}

/**
 * Writes `changes` into `settings`.
 * @throws RangeError when a name is not a setting, so that a typing mistake in a test is noticed.
 */
export function changeSettings(settings: Settings, changes: Partial<Settings>): Settings {
	const known = defaultSettings();
	for (const name of Object.keys(changes)) {
		if (!(name in known)) throw new RangeError(`Unknown emulator setting "${name}"`);
	}
	return Object.assign(settings, changes);
}
