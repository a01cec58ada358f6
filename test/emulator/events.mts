import type { Settings } from './settings.mts';
import type { Project, World } from './world.mts';

/** Where a job's deliveries go instead of the project's webhooks. */
export interface WebhookConfig {
	uris: string[];
	userMetadata?: unknown;
}

/** Something that happened to a job. */
export interface JobEvent {
	/** e.g. `batch.succeeded` */
	type: string;
	/** The job's full name, for the records. */
	job: string;
	data: Record<string, unknown>;
	config: WebhookConfig | undefined;
}

/**
 * The body of a delivery: compact JSON `{type, version, timestamp, data}`
 * (ai.google.dev/gemini-api/docs/webhooks). Where user metadata would go is unknown, hence the switch.
 */
export function envelope(
	event: JobEvent,
	atMs: number,
	settings: Settings,
): Record<string, unknown> {
	const metadata = event.config?.userMetadata;
	const place = metadata === undefined ? 'none' : settings.userMetadataIn;
	return {
		type: event.type,
		version: 'v1',
		timestamp: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
		data: { ...event.data, ...(place === 'data' && { user_metadata: metadata }) },
		...(place === 'top' && { user_metadata: metadata }),
	};
}

/** `error_code` and `error_message` of a failed job's delivery. */
export function errorData(
	code: number | string,
	text: string,
	settings: Settings,
): Record<string, unknown> {
	return {
		error_code: settings.errorCodeType === 'string' ? String(code) : code,
		error_message: text,
	};
}

/** `output_file_uri` in the style asked for. `name` is `files/<id>`. */
export function outputFileUri(name: string, settings: Settings): string {
	if (settings.outputFileUriStyle === 'gs') return `gs://emulator/${name}`;
	if (settings.outputFileUriStyle === 'name') return name;
	return `https://generativelanguage.googleapis.com/v1beta/${name}`;
}

/** Tells the delivery engine, unless it is a cancelled event and those are switched off. */
export function announce(world: World, project: Project, event: JobEvent): void {
	const cancelled = event.type.endsWith('.cancelled');
	if (cancelled && !world.settings.deliverCancelledEvents) return;
	world.deliveries.emit(project, event);
}
