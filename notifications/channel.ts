/** What a channel is: a way to send one notification. It tries once; who calls it keeps the notification and tries again. */
import type { Notification } from '../engine/core/notification/notification.ts';
import type { KafkaCluster } from '../executors/kafka/index.ts';

export interface Channel {
  /** Resolves when the receiver has it. @throws DeliveryFailure or any error, which is then tried again */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
  /** Ends connections that it keeps. */
  close?(): Promise<void>;
}

/** Why it was not delivered, for people. */
export class DeliveryFailure extends Error {
  /** Another attempt could not change it. */
  readonly isFinal: boolean;
  /** How long the receiver wants to be left alone, ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    { isFinal = false, retryAfterMs }: { isFinal?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.name = 'DeliveryFailure';
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What channels have from their installation. */
export interface ChannelTools {
  /** The value of a secret. @throws DeliveryFailure when there is none */
  secret(name: string): Promise<string>;
  /** Sends one request to an allowed address; redirects are not followed. @throws DeliveryFailure unless the answer is 2xx */
  post(request: PostRequest): Promise<void>;
  /** `PUBLISH` on the Redis of the installation. */
  publish(channel: string, text: string): Promise<void>;
  /** Of channels that name no brokers. */
  readonly kafka: KafkaCluster;
}

export interface PostRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  readonly signal: AbortSignal;
}
