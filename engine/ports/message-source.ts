/** A source of messages from outside that start runs. Adapter: engine/kafka. */

/** How brokers are connected to. */
export interface BrokerAccess {
  /** Whether by TLS. */
  readonly ssl: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

export interface TopicSubscription {
  readonly brokers: readonly string[];
  /** Default: without TLS and log-in. */
  readonly access?: BrokerAccess;
  readonly topic: string;
  /** Consumers of one group share the partitions, and remember together how far they have come. */
  readonly group: string;
  /** Where a group begins that has not come anywhere yet. */
  readonly from: 'latest' | 'earliest';
}

export interface TopicMessage {
  readonly topic: string;
  readonly partition: number;
  /** A whole number, as text: it may be larger than a number holds. */
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: { readonly [name: string]: string };
}

export interface TopicConsumer {
  /** Leaves the group. Messages at hand are finished first. Never rejects. */
  close(): Promise<void>;
}

export interface MessageSource {
  /**
   * Calls `take` for each message, one after another within a partition. A message counts as taken once `take` has resolved, and is
   * given again, to somebody of the group, when it rejects or the process dies before: at least once.
   * Resolves once the broker has let it in. @throws Error when no broker answers
   */
  consume(
    subscription: TopicSubscription,
    take: (message: TopicMessage) => Promise<void>,
  ): Promise<TopicConsumer>;
}
