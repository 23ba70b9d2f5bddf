/** Who delivers the notifications of this installation, and what its alert rules want to be told. */
import type { ShardFacts } from '../../engine/core/decide/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { AddressPolicy } from '../../engine/core/network/address-rules.ts';
import type { Patience } from '../../engine/core/notification/watch.ts';
import type { Notifier } from '../../engine/ports/notifier.ts';
import { type KafkaCluster, readKafkaCluster } from '../../executors/kafka/index.ts';
import type { ChannelSettings } from '../../notifications/channels.ts';
import { createNotifier } from '../../notifications/notifier.ts';
import { readPatience } from '../../notifications/patience.ts';
import { type AlertRule, alertsOf, readAlerts, readChannels } from '../../notifications/settings.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';

export interface NotificationSettings {
  readonly channels: ReadonlyMap<string, ChannelSettings>;
  readonly rules: readonly AlertRule[];
  /** With queues that stand still. */
  readonly patience: Patience;
}

/** @throws CliFailure when they are wrong */
export function notificationSettings({ settings }: Host): NotificationSettings {
  try {
    const channels = readChannels(settings.channels);
    const rules = readAlerts(settings.alerts, channels);
    return { channels, rules, patience: readPatience(settings.environment) };
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}

/** @throws CliFailure when its settings are wrong */
export function kafkaCluster({ settings }: Host): KafkaCluster {
  try {
    return readKafkaCluster(settings.environment);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}

export interface Notifying {
  readonly notifier: Notifier;
  readonly alertsOf: NonNullable<ShardFacts['alertsOf']>;
  readonly patience: Patience;
}

export function openNotifier(host: Host, engine: Engine, addresses: AddressPolicy): Notifying {
  const { channels, rules, patience } = notificationSettings(host);
  const { connections, secrets, clock } = engine;
  const notifier = createNotifier({
    channels,
    addresses,
    secrets: secrets.store,
    publish: async (channel, text) => void (await connections.call('publish', [channel, text])),
    kafka: kafkaCluster(host),
    now: clock.now,
  });
  return { notifier, alertsOf: (namespace, workflow) => alertsOf(rules, namespace, workflow), patience };
}
