/**
 * The Kafka of an installation, as its settings say it: brokers, and how to connect to them. Its log-in is for these brokers only: a workflow that
 * names others must not be able to have the password sent there.
 */
import { SluiceError } from '../../engine/core/errors.ts';
import type { BrokerAccess } from '../../engine/ports/message-source.ts';
import { brokerList, SASL_MECHANISMS, type SaslMechanism } from './options.ts';

export interface NamedLogin {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  /** Name of the secret that holds it. */
  readonly password: string;
}

export interface KafkaCluster {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl: NamedLogin | undefined;
}

/** @throws SluiceError not_possible for what is half a log-in, or none */
export function readKafkaCluster(environment: { readonly [name: string]: string | undefined }): KafkaCluster {
  return {
    brokers: brokerList(environment['SLUICE_KAFKA_BROKERS']),
    ssl: readSsl(environment['SLUICE_KAFKA_SSL'] || '0'),
    sasl: readSasl(environment),
  };
}

/** The same log-in with the password itself. */
export async function brokerAccess(
  { ssl, sasl }: Pick<KafkaCluster, 'ssl' | 'sasl'>,
  secret: (name: string) => Promise<string>,
): Promise<BrokerAccess> {
  return sasl === undefined ? { ssl } : { ssl, sasl: { ...sasl, password: await secret(sasl.password) } };
}

function readSsl(text: string): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw refused(`SLUICE_KAFKA_SSL (kafka.ssl) is ${JSON.stringify(text)}; write 1 or 0.`);
}

function readSasl(environment: { readonly [name: string]: string | undefined }): NamedLogin | undefined {
  const read = (name: string) => environment[`SLUICE_KAFKA_SASL_${name}`] || undefined;
  const [given, username, password] = [read('MECHANISM'), read('USERNAME'), read('SECRET')];
  if (given === undefined && username === undefined && password === undefined) return undefined;
  const mechanism = SASL_MECHANISMS.find((one) => one === (given ?? 'plain'));
  if (mechanism === undefined)
    throw refused(
      `SLUICE_KAFKA_SASL_MECHANISM (kafka.sasl.mechanism) is ${JSON.stringify(given)}; write ${SASL_MECHANISMS.join(', ')}.`,
    );
  if (username === undefined || password === undefined)
    throw refused(
      'The log-in at Kafka needs both a name and a secret: set SLUICE_KAFKA_SASL_USERNAME (kafka.sasl.username) and SLUICE_KAFKA_SASL_SECRET (kafka.sasl.password), the name of the secret that holds the password.',
    );
  return { mechanism, username, password };
}

function refused(message: string): SluiceError {
  return new SluiceError('not_possible', message);
}
