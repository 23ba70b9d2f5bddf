/**
 * `uses: kafka`: writes one message to a topic and waits until all replicas in sync have it. At least once: an attempt that was
 * repeated may have written it twice. Connections are kept for later attempts, one for each cluster and log-in, until the worker ends.
 */
import type { Kafka, Producer, RecordMetadata, SASLOptions } from 'kafkajs';
import { messageOf } from '../../engine/core/errors.ts';
import type { Json } from '../../engine/core/json.ts';
import { TaskFailure, type WorkerExecutor } from '../../engine/ports/executor.ts';
import { checkOptions } from '../options.ts';
import type { ExecutorSettings } from '../settings.ts';
import { stopFailure, throwIfStopped } from '../stop-failure.ts';
import { brokerList, type KafkaOptions, kafkaOptions } from './options.ts';

export { brokerAccess, type KafkaCluster, readKafkaCluster } from './cluster.ts';
export { brokerList, SASL_MECHANISMS } from './options.ts';

const CONNECT_MS = 5_000;
const REQUEST_MS = 30_000;

export function kafkaExecutor({ environment = {} }: ExecutorSettings = {}): WorkerExecutor {
  const producers = new ProducerPool();
  return {
    place: 'worker',
    name: 'kafka',
    summary: 'Writes a message to a Kafka topic.',
    options: kafkaOptions,
    fixedOutputs: { partition: { type: 'integer' }, offset: { type: 'string' } },
    needsWorkspace: false,
    async run(options, { signal }) {
      const checked = checkOptions(kafkaOptions, 'kafka', options);
      const brokers = brokerList(checked.brokers ?? environment['SLUICE_KAFKA_BROKERS']);
      if (brokers.length === 0) throw noBrokers();
      throwIfStopped(signal);
      const written = await untilStopped(signal, write(producers, brokers, checked));
      return { partition: written.partition, offset: written.baseOffset ?? written.offset ?? '-1' };
    },
    close: () => producers.close(),
  };
}

/** Resolves when all replicas in sync have the message. @throws TaskFailure kafka_error */
export async function write(
  producers: ProducerPool,
  brokers: readonly string[],
  { topic, key, value, headers, ssl, sasl }: KafkaOptions,
): Promise<RecordMetadata> {
  try {
    const producer = await producers.get({ brokers, ssl, sasl });
    const message = {
      key: key === undefined ? null : String(key),
      value: textOf(value ?? null),
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
    };
    const [written] = await producer.send({ topic, acks: -1, timeout: REQUEST_MS, messages: [message] });
    if (written === undefined) throw new Error('the broker confirmed nothing');
    return written;
  } catch (thrown) {
    throw new TaskFailure(
      'kafka_error',
      `The message for the topic \`${topic}\` could not be written to ${brokers.join(', ')}: ${messageOf(thrown)}`,
    );
  }
}

function textOf(value: Json): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function noBrokers(): TaskFailure {
  return new TaskFailure(
    'invalid_options',
    'No Kafka brokers are named: give `brokers`, or set SLUICE_KAFKA_BROKERS on the worker.',
  );
}

/** What is on its way may still arrive; nobody waits for it any more. */
function untilStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopFailure(signal));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

interface Cluster {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl: KafkaOptions['sasl'];
}

/** One producer for each cluster and log-in, connected when it is first needed. */
export class ProducerPool {
  readonly #producers = new Map<string, Promise<Producer>>();

  get(cluster: Cluster): Promise<Producer> {
    const name = JSON.stringify(cluster);
    const known = this.#producers.get(name);
    if (known !== undefined) return known;
    const made = connect(cluster);
    this.#producers.set(name, made);
    // The next attempt tries to connect anew.
    made.catch(() => this.#producers.delete(name));
    return made;
  }

  async close(): Promise<void> {
    const all = [...this.#producers.values()];
    this.#producers.clear();
    await Promise.all(all.map((one) => one.then((producer) => producer.disconnect()).catch(() => {})));
  }
}

async function connect({ brokers, ssl, sasl }: Cluster): Promise<Producer> {
  const { Kafka: Client, logLevel: levels, Partitioners } = (await import('kafkajs')).default;
  const client: Kafka = new Client({
    clientId: 'sluice',
    brokers: [...brokers],
    ssl,
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: { retries: 3, initialRetryTime: 100 },
    logLevel: levels.NOTHING,
  });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return producer;
}
