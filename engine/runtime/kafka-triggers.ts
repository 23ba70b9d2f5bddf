/**
 * The role that listens to Kafka for applied workflows: keeps one consumer for each Kafka trigger of a current version, and starts
 * a run for each message. All orchestrators run it; those of one group share the partitions. A message is taken only once its run
 * is durable, and its run's id comes from where it stands in the topic, so one message is one run.
 */
import { messageOf, SluiceError } from '../core/errors.ts';
import { type KafkaTrigger, messageStart } from '../core/message-start.ts';
import type { Plan } from '../core/plan.ts';
import type { SourceRef } from '../core/ticket.ts';
import type { Clock } from '../ports/clock.ts';
import type { DefinitionLine, DefinitionStore } from '../ports/definition-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { BrokerAccess, MessageSource, TopicConsumer, TopicMessage } from '../ports/message-source.ts';
import type { Client } from './client/client.ts';

export interface KafkaTriggersOptions {
  readonly definitions: Pick<DefinitionStore, 'list' | 'read' | 'plan'>;
  readonly client: Pick<Client, 'start'>;
  readonly source: MessageSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Brokers of triggers that name none. */
  readonly brokers: readonly string[];
  /** How these are connected to; others, which a workflow names, get no log-in. Asked for each time. */
  readonly access?: () => Promise<BrokerAccess>;
}

const LOOK_MS = 2_000;
/** After a broker did not answer. */
const AGAIN_MS = 10_000;

/** One trigger of a workflow's current version. */
interface Listener {
  readonly name: string;
  readonly plan: Plan;
  readonly trigger: KafkaTrigger;
  readonly source: SourceRef | undefined;
}

interface Listening {
  readonly listener: Listener;
  consumer: TopicConsumer | undefined;
  againAt: number;
}

export class KafkaTriggers {
  readonly #options: KafkaTriggersOptions;
  readonly #stopped = new AbortController();
  readonly #listening = new Map<string, Listening>();
  /** Triggers by the hash of their plan. */
  readonly #plans = new Map<string, Plan>();
  #loop: Promise<void> | undefined;

  constructor(options: KafkaTriggersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    await Promise.all([...this.#listening.values()].map(({ consumer }) => consumer?.close()));
    this.#listening.clear();
  }

  /** Compares what is applied with what is listened to. */
  async runOnce(): Promise<void> {
    const wanted = new Map((await this.#wanted()).map((one) => [one.name, one]));
    for (const [name, { consumer }] of this.#listening) {
      if (wanted.has(name)) continue;
      this.#listening.delete(name);
      await consumer?.close();
    }
    for (const listener of wanted.values()) await this.#listen(listener);
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    while (!this.#stopped.signal.aborted) {
      await this.runOnce().catch((thrown: unknown) => {
        logger.warn('Kafka triggers could not be looked up and are looked up again', {
          error: messageOf(thrown),
        });
      });
      await clock.sleep(LOOK_MS, this.#stopped.signal);
    }
  }

  async #wanted(): Promise<Listener[]> {
    const lines = await this.#options.definitions.list();
    const found = await Promise.all(lines.map((line) => this.#listenersOf(line)));
    return found.flat();
  }

  async #listenersOf(line: DefinitionLine): Promise<Listener[]> {
    const plan = this.#plans.get(line.plan) ?? (await this.#options.definitions.plan(line.plan));
    if (plan === undefined) return [];
    this.#plans.set(line.plan, plan);
    const triggers = (plan.triggers ?? []).flatMap((trigger, i) =>
      trigger.kind === 'kafka' ? [[trigger, i] as const] : [],
    );
    if (triggers.length === 0) return [];
    const definition = await this.#options.definitions.read(line.namespace, line.name);
    const source = definition?.versions.find(({ number }) => number === line.version)?.source;
    const name = `${line.namespace}/${line.name}/${line.revision}`;
    return triggers.map(([trigger, i]) => ({ name: `${name}/${i}`, plan, trigger, source }));
  }

  async #listen(listener: Listener): Promise<void> {
    const { source, clock, logger } = this.#options;
    const { topic, group, from } = listener.trigger;
    const isOwn = listener.trigger.brokers.length > 0;
    const brokers = isOwn ? listener.trigger.brokers : this.#options.brokers;
    const known = this.#listening.get(listener.name) ?? { listener, consumer: undefined, againAt: 0 };
    this.#listening.set(listener.name, known);
    if (known.consumer !== undefined || clock.now() < known.againAt) return;
    known.againAt = clock.now() + AGAIN_MS;
    const who = { workflow: listener.plan.name, topic, brokers: brokers.join(', ') };
    if (brokers.length === 0) {
      return logger.warn('a Kafka trigger names no brokers, and SLUICE_KAFKA_BROKERS is not set', who);
    }
    try {
      const take = (message: TopicMessage) => this.#take(listener, message);
      const access = isOwn ? undefined : await this.#options.access?.();
      const subscription = { brokers, topic, group, from, ...(access ? { access } : {}) };
      known.consumer = await source.consume(subscription, take);
      logger.info('listening to Kafka', who);
    } catch (thrown) {
      logger.warn('a Kafka trigger cannot listen and tries again', { ...who, error: messageOf(thrown) });
    }
  }

  /** Resolves once the run is durable, or the message can never start one. */
  async #take({ plan, trigger, source }: Listener, message: TopicMessage): Promise<void> {
    const { client, logger } = this.#options;
    const { topic, partition, offset } = message;
    const skip = (problem: string) =>
      logger.warn('a message of Kafka starts no run and is left out', {
        workflow: plan.name,
        topic,
        partition,
        offset,
        problem,
      });
    const start = messageStart(plan, trigger, message);
    if ('problem' in start) return skip(start.problem);
    try {
      await client.start(plan, { ...start, ...(source === undefined ? {} : { source }) });
    } catch (thrown) {
      // It was delivered before, to an earlier version of the workflow: that run stands.
      if (thrown instanceof SluiceError && thrown.code === 'idempotency_conflict') return;
      logger.warn('a message of Kafka could not start its run and is taken again', {
        workflow: plan.name,
        topic,
        partition,
        offset,
        error: messageOf(thrown),
      });
      throw thrown;
    }
  }
}
