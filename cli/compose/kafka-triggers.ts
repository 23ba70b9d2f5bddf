/** Starts the role that listens to Kafka, beside an orchestrator. */
import { SluiceError } from '../../engine/core/errors.ts';
import { createKafkaSource } from '../../engine/kafka/index.ts';
import type { SecretStore } from '../../engine/ports/secret-store.ts';
import { createRedisDefinitionStore } from '../../engine/redis/index.ts';
import { KafkaTriggers } from '../../engine/runtime/kafka-triggers.ts';
import { brokerAccess } from '../../executors/kafka/index.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import { kafkaCluster } from './notifier.ts';
import type { Role } from './roles.ts';

export function startKafkaTriggers(
  host: Host,
  { connections, client, secrets, clock, logger }: Engine,
): Role {
  const cluster = kafkaCluster(host);
  const triggers = new KafkaTriggers({
    definitions: createRedisDefinitionStore(connections),
    client,
    source: createKafkaSource(),
    clock,
    logger,
    brokers: cluster.brokers,
    access: () => brokerAccess(cluster, (name) => passwordOf(secrets.store, name)),
  });
  triggers.start();
  return { stop: () => triggers.stop() };
}

/** Of the installation, as those of channels are. */
async function passwordOf(secrets: SecretStore, name: string): Promise<string> {
  const value = await secrets.read('default', name);
  if (value !== undefined) return value;
  throw new SluiceError(
    'secret_not_found',
    `the secret ${name} is not known to this orchestrator (namespace default); set it with \`sluice secrets set\``,
  );
}
