/** Delivers notifications to the channels of the installation and to callbacks. Secrets are read for each attempt, and masked in all that is sent. */
import { messageOf } from '../engine/core/errors.ts';
import type { Json } from '../engine/core/json.ts';
import type { AddressPolicy } from '../engine/core/network/address-rules.ts';
import type { DeliveryReply } from '../engine/core/notification/message.ts';
import type { Notification } from '../engine/core/notification/notification.ts';
import type { Notifier } from '../engine/ports/notifier.ts';
import type { SecretStore } from '../engine/ports/secret-store.ts';
import { SecretMask } from '../engine/runtime/secret/secret-mask.ts';
import { type GuardedAgent, openAgent } from '../executors/http/index.ts';
import type { KafkaCluster } from '../executors/kafka/index.ts';
import { type Channel, type ChannelTools, DeliveryFailure } from './channel.ts';
import { type ChannelSettings, openChannel } from './channels.ts';
import { postTo } from './post.ts';
import { webhookChannel } from './webhook.ts';

export interface NotifierOptions {
  /** By name. */
  readonly channels: ReadonlyMap<string, ChannelSettings>;
  readonly secrets: SecretStore;
  /** What may be reached. */
  readonly addresses: AddressPolicy;
  readonly publish: (channel: string, text: string) => Promise<void>;
  readonly kafka: KafkaCluster;
  readonly now: () => number;
  /** How long one attempt may take, ms. Default 15 s. */
  readonly timeoutMs?: number;
}

/** Secrets of channels belong to the installation. */
const NAMESPACE = 'default';

export function createNotifier(options: NotifierOptions): Notifier {
  return new Deliverer(options);
}

class Deliverer implements Notifier {
  readonly #options: NotifierOptions;
  readonly #channels = new Map<string, Channel>();
  #agent: Promise<GuardedAgent> | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  async deliver(notification: Notification): Promise<DeliveryReply> {
    const { timeoutMs = 15_000 } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const masked = await this.#masked(notification);
      await within(signal, this.#channelOf(masked).send(masked, signal), timeoutMs);
      return { kind: 'delivered' };
    } catch (thrown) {
      if (!(thrown instanceof DeliveryFailure)) return { kind: 'failed', error: messageOf(thrown) };
      const { message, isFinal, retryAfterMs } = thrown;
      return {
        kind: 'failed',
        error: message,
        isFinal,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#channels.values()].map((one) => one.close?.()));
    await (await this.#agent)?.destroy();
  }

  #channelOf({ target, namespace }: Notification): Channel {
    if (target.kind === 'callback') return webhookChannel(target, this.#tools(namespace), this.#options.now);
    const known = this.#channels.get(target.channel);
    if (known) return known;
    const settings = this.#options.channels.get(target.channel);
    if (!settings) {
      const text = `the installation has no channel "${target.channel}"; name it under \`channels\` in sluice.config.yaml of the orchestrators`;
      throw new DeliveryFailure(text);
    }
    const opened = openChannel(settings, this.#tools(NAMESPACE), this.#options.now);
    this.#channels.set(target.channel, opened);
    return opened;
  }

  #tools(namespace: string): ChannelTools {
    const { addresses, publish, kafka, secrets } = this.#options;
    return {
      publish,
      kafka,
      async secret(name) {
        const value = await secrets.read(namespace, name);
        if (value !== undefined) return value;
        const text = `the secret ${name} is not known to this orchestrator (namespace ${namespace}); set it with \`sluice secrets set\``;
        throw new DeliveryFailure(text);
      },
      post: async (request) => {
        this.#agent ??= openAgent({ addresses });
        await postTo(await this.#agent, { ...request, now: this.#options.now });
      },
    };
  }

  /** Values that this process cannot read cannot be masked here; what tasks said was masked by their worker. */
  async #masked(notification: Notification): Promise<Notification> {
    const { namespace, secrets: names, text, data } = notification;
    if (names.length === 0) return notification;
    const values = await Promise.all(
      names.map((name) => this.#options.secrets.read(namespace, name).catch(() => undefined)),
    );
    const mask = new SecretMask(values.filter((value) => value !== undefined));
    const masked = mask.value(data as Json) as Notification['data'];
    return { ...notification, text: mask.text(text), data: masked };
  }
}

/** A receiver that does not answer is given up; what is on its way may still arrive. */
function within<T>(signal: AbortSignal, work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DeliveryFailure(`the receiver did not answer within ${timeoutMs} ms`));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
