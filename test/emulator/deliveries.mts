import { envelope } from './events.mts';
import type { JobEvent } from './events.mts';
import { deliveryId } from './ids.mts';
import { dispatch, signerFor } from './messages.mts';
import type { Attempt, Message, SendOptions, Signer } from './messages.mts';
import type { DeliveryFault } from './settings-deliveries.mts';
import { disableWebhook } from './webhooks.mts';
import type { Webhook } from './webhooks.mts';
import type { Project, World } from './world.mts';

/** One message to one URL, with every attempt to bring it there. */
export interface Delivery {
	/** `msg_<uuid>`, the `webhook-id` header of every attempt. */
	id: string;
	/** Event type, e.g. `batch.succeeded`; null when the body has none. */
	type: string | null;
	/** The job it is about; null for pings and hand-made ones. */
	job: string | null;
	/** The project whose event it is. */
	project: string | null;
	/** `static`: a webhook of the project; `dynamic`: a URL of the job; `ping`; `manual`: sent by a control call. */
	kind: 'static' | 'dynamic' | 'ping' | 'manual';
	/** The static webhook it belongs to. */
	webhookId: string | null;
	url: string;
	/** The body as the event made it; an attempt's own body may be spoilt. */
	body: string;
	/**
	 * `pending` before the first attempt, `retrying`, `delivered`, `given-up` (no more attempts),
	 * `withheld` (setting `deliveryFault: 'never'`), `dropped` (its webhook is gone or disabled).
	 */
	state: 'pending' | 'retrying' | 'delivered' | 'given-up' | 'withheld' | 'dropped';
	/** Emulator milliseconds. */
	createdAt: number;
	nextAttemptAt: number | null;
	attempts: Attempt[];
}

const SECOND_COPY_MS = 50;

/** Sends what jobs announce, again and again until it arrives or 24 hours are over. */
export class Deliveries {
	readonly list: Delivery[] = [];
	#signers = new WeakMap<Delivery, Signer>();
	#cancel = new AbortController();
	#world: () => World;

	constructor(world: () => World) {
		this.#world = world;
	}

	/** Starts the deliveries of an event: to the job's own URLs, or else to the project's enabled subscribed webhooks. */
	emit(project: Project, event: JobEvent): void {
		const { clock, settings } = this.#world();
		const body = JSON.stringify(envelope(event, clock.now(), settings));
		const common = { type: event.type, job: event.job, project: project.name, body };
		const copies = settings.deliveryFault === 'two-ids' ? 2 : 1;
		for (let copy = 0; copy < copies; copy += 1) {
			for (const url of event.config?.uris ?? []) {
				this.#queue({ ...common, kind: 'dynamic', url, webhookId: null });
			}
			if (event.config) continue;
			for (const webhook of project.webhooks.values()) {
				if (webhook.state !== 'enabled' || !webhook.subscribedEvents.includes(event.type)) continue;
				this.#queue(
					{ ...common, kind: 'static', url: webhook.uri, webhookId: webhook.id },
					webhook,
				);
			}
		}
	}

	/** One attempt, never repeated (emulator's choice: Google says only that a ping is sent). */
	ping(project: Project, webhook: Webhook, body: string): void {
		const type = 'ping';
		const part = { type, job: null, project: project.name, body, url: webhook.uri };
		this.#queue({ ...part, kind: 'ping', webhookId: webhook.id }, webhook);
	}

	/**
	 * One more attempt of a delivery, at once, with the same `webhook-id` unless told otherwise.
	 * @throws RangeError when there is no such delivery
	 */
	async redeliver(id: string, overrides: Partial<SendOptions> = {}): Promise<Attempt> {
		const delivery = this.list.find((one) => one.id === id);
		if (!delivery) throw new RangeError(`No delivery ${id}`);
		return await this.#attempt(delivery, overrides);
	}

	/** A hand-made delivery, signed with the emulator's keys. */
	async send(options: SendOptions): Promise<Attempt> {
		const body = options.body ?? JSON.stringify(options.event ?? {});
		const type = (options.event as { type?: unknown } | undefined)?.type;
		const delivery = this.#record({
			id: options.id ?? deliveryId(),
			type: typeof type === 'string' ? type : null,
			job: null,
			project: null,
			kind: 'manual',
			webhookId: null,
			url: options.url,
			body,
		});
		return await this.#attempt(delivery, options);
	}

	/** Forgets the records; deliveries under way go on unseen. */
	clear(): void {
		this.list.length = 0;
	}

	/** Breaks off what is under way. */
	close(): void {
		this.#cancel.abort(new Error('emulator closed'));
	}

	#record(part: Omit<Delivery, 'state' | 'createdAt' | 'nextAttemptAt' | 'attempts'>): Delivery {
		const createdAt = this.#world().clock.now();
		const delivery: Delivery = {
			...part,
			state: 'pending',
			createdAt,
			nextAttemptAt: null,
			attempts: [],
		};
		this.list.push(delivery);
		return delivery;
	}

	#queue(
		part: Omit<Delivery, 'id' | 'state' | 'createdAt' | 'nextAttemptAt' | 'attempts'>,
		webhook?: Webhook,
	): void {
		const world = this.#world();
		const fault = part.kind === 'ping' ? 'none' : world.settings.deliveryFault;
		const delivery = this.#record({ id: deliveryId(), ...part });
		this.#signers.set(delivery, signerFor(world, webhook, delivery.url));
		if (fault === 'never') {
			delivery.state = 'withheld';
			return;
		}
		this.#schedule(delivery, world.settings.deliveryDelayMs, fault);
	}

	#schedule(delivery: Delivery, waitMs: number, fault: DeliveryFault): void {
		const { clock } = this.#world();
		delivery.nextAttemptAt = clock.now() + waitMs;
		clock.after(waitMs, () => this.#run(delivery, fault));
	}

	async #run(delivery: Delivery, fault: DeliveryFault): Promise<void> {
		const world = this.#world();
		const webhook = this.#webhookOf(delivery);
		delivery.nextAttemptAt = null;
		const dead = delivery.kind === 'static' && webhook?.state !== 'enabled';
		if (dead || (delivery.kind === 'ping' && !webhook)) {
			delivery.state = 'dropped';
			return;
		}
		const first = delivery.attempts.length === 0;
		const { status } = await this.#attempt(delivery, {}, fault);
		if (status !== null && status >= 200 && status < 300) {
			if (webhook) webhook.failures = 0;
			if (first && fault === 'twice') this.#schedule(delivery, SECOND_COPY_MS, 'none');
			return;
		}
		if (delivery.kind === 'ping') {
			delivery.state = 'given-up';
			return;
		}
		const { retryFirstMs, retryMaxMs, retryWindowMs, disableAfterFailures } = world.settings;
		const doubled = retryFirstMs * 2 ** (delivery.attempts.length - 1);
		const wait = Math.min(retryMaxMs, doubled) * (0.8 + 0.4 * Math.random());
		if (world.clock.now() + wait <= delivery.createdAt + retryWindowMs) {
			delivery.state = 'retrying';
			this.#schedule(delivery, wait, world.settings.deliveryFault);
			return;
		}
		delivery.state = 'given-up';
		if (!webhook) return;
		webhook.failures += 1;
		if (webhook.failures >= disableAfterFailures) disableWebhook(world, webhook);
	}

	#webhookOf(delivery: Delivery): Webhook | undefined {
		const { webhookId } = delivery;
		if (webhookId === null) return undefined;
		for (const project of this.#world().projects.values()) {
			const webhook = project.webhooks.get(webhookId);
			if (webhook) return webhook;
		}
		return undefined;
	}

	async #attempt(
		delivery: Delivery,
		overrides: Partial<SendOptions>,
		fault: DeliveryFault = 'none',
	): Promise<Attempt> {
		const world = this.#world();
		const message: Message = { id: delivery.id, url: delivery.url, body: delivery.body };
		const signer = this.#signers.get(delivery);
		const attempt = await dispatch(world, message, signer, overrides, fault, this.#cancel.signal);
		delivery.attempts.push(attempt);
		const arrived = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
		if (arrived) delivery.state = 'delivered';
		else if (delivery.kind === 'manual') delivery.state = 'given-up';
		const outcome = attempt.error ?? `answered ${attempt.status}`;
		world.log(
			`delivery ${delivery.type ?? '-'} ${delivery.job ?? ''} -> ${attempt.url}: ${outcome}`,
		);
		return attempt;
	}
}
