/** What both roles are made of. */
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { AddressPolicy } from '../../engine/core/network/address-rules.ts';
import { measuredQueue } from '../../monitoring/orchestrator-metrics.ts';
import { readAddressPolicy } from '../../sdk/address-policy.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';

export function addressPolicy(
  { settings }: Host,
  { isEmbedded }: Engine,
  flag: readonly string[] | undefined,
): AddressPolicy {
  try {
    return readAddressPolicy(flag?.join(',') ?? settings.allowAddresses, isEmbedded);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}

export function openQueue({ queueConnection, prefix, logger, metrics }: Engine) {
  const queue = createBullTaskQueue({ connection: queueConnection, prefix, logger });
  return metrics ? measuredQueue(queue, metrics) : queue;
}
