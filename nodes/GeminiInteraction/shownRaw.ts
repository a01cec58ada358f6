import type { IDataObject } from 'n8n-workflow';

import { hideWebhookTokens } from '../shared/gemini/redact';
import { isJson, jsonList, type Json } from '../shared/json';

const hidden = (values: unknown): unknown =>
	isJson(values)
		? Object.fromEntries(Object.keys(values).map((name) => [name, '[hidden]']))
		: values;

const withHidden = (value: Json, field: string): Json =>
	value[field] === undefined ? value : { ...value, [field]: hidden(value[field]) };

/**
 * The API's own answer, for an item: without the tokens of the webhook URL, the headers of MCP servers and the
 * variables of an agent's environment, which Google keeps with an interaction.
 */
export function shownRaw(raw: Json): IDataObject {
	const safe = {
		...raw,
		...(raw.tools === undefined
			? {}
			: { tools: jsonList(raw.tools).map((tool) => withHidden(tool, 'headers')) }),
		...(isJson(raw.environment) ? { environment: withHidden(raw.environment, 'env') } : {}),
	};
	return hideWebhookTokens(safe) as IDataObject;
}
