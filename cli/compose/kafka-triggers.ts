/** Starts the role that listens to Kafka, beside an orchestrator. */
import { createKafkaSource } from '../../engine/kafka/index.ts';
import { createRedisDefinitionStore } from '../../engine/redis/index.ts';
import { KafkaTriggers } from '../../engine/runtime/kafka-triggers.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import type { Role } from './roles.ts';

export function startKafkaTriggers(host: Host, { connections, client, clock, logger }: Engine): Role {
  const named = host.settings.environment['SLUICE_KAFKA_BROKERS'] ?? '';
  const brokers = named.split(',').map((one) => one.trim());
  const triggers = new KafkaTriggers({
    definitions: createRedisDefinitionStore(connections),
    client,
    source: createKafkaSource(),
    clock,
    logger,
    brokers: brokers.filter((one) => one !== ''),
  });
  triggers.start();
  return { stop: () => triggers.stop() };
}
