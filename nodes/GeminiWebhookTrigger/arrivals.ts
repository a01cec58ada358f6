import { randomUUID } from 'node:crypto';

import type { IWebhookFunctions } from 'n8n-workflow';

import type { SignatureScheme } from '../shared/delivery/types';

/** A bound for an n8n with very many triggers. */
const MAX_TRIGGERS = 1000;

/** What arrived at a trigger's Production URL last. Times are milliseconds since 1970. */
export interface Arrivals {
	/** Deliveries that were proven to come from Google and to be this trigger's own, and the last one of them. */
	proven: number;
	lastProven?: { at: number; deliveryId: string; scheme: SignatureScheme };
	/** What was turned away, and the last of it; anybody may have sent that. */
	rejected: number;
	lastRejected?: { at: number; reason: string };
}

/** This process and since when it counts: n8n may have several that take webhooks, and each knows its own arrivals only. */
export const PROCESS = { id: randomUUID(), since: Date.now() };

const arrivals = new Map<string, Arrivals>();

const keyOf = (context: IWebhookFunctions): string =>
	`${context.getMode()}:${String(context.getWorkflow().id)}:${context.getNode().id}`;

export const arrivalsAt = (context: IWebhookFunctions): Arrivals =>
	arrivals.get(keyOf(context)) ?? { proven: 0, rejected: 0 };

function note(context: IWebhookFunctions, change: (before: Arrivals) => Partial<Arrivals>): void {
	const before = arrivalsAt(context);
	if (arrivals.size >= MAX_TRIGGERS) arrivals.clear();
	arrivals.set(keyOf(context), { ...before, ...change(before) });
}

/** Notes that a delivery was proven, whatever becomes of it then. */
export function noteProven(
	context: IWebhookFunctions,
	{ deliveryId, scheme }: { deliveryId: string; scheme: SignatureScheme },
	at: number,
): void {
	note(context, ({ proven }) => ({ proven: proven + 1, lastProven: { at, deliveryId, scheme } }));
}

/** Notes that something was turned away. */
export function noteRejected(context: IWebhookFunctions, reason: string, at: number): void {
	note(context, ({ rejected }) => ({ rejected: rejected + 1, lastRejected: { at, reason } }));
}
