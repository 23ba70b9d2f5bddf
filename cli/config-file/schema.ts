/**
 * What may stand in `sluice.config.yaml`: settings of an installation, for all commands of a folder and those below it. Each
 * stands for a variable of the environment, which goes before it. Nothing secret has a place in it.
 */
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';
import { parseAddressRule } from '../../engine/core/network/address-rules.ts';
import { parseRetention } from '../../engine/core/retention.ts';
import { kafkaLogin } from '../../notifications/kafka.ts';
import { parsePatience } from '../../notifications/patience.ts';
import { alertsSchema, channelsSchema } from '../../notifications/settings.ts';

const text = z.string().min(1);
const patience = text.refine((value) => parsePatience(value) !== undefined, { error: '90s' });
/** What to write for a number of runs. */
const RUNS = 'Write a whole number from 1 to 999999999';
const RATE = 'Write a whole number from 0 to 999999';
const BYTES = 'Write a number of bytes from 1000 to 999999999999';
const RECORDS = 'Write a whole number from 1 to 999999999';

export const configFile = z
  .strictObject({
    redis: text.describe('Redis to use: `redis://host:6379`, `rediss://…`, `unix:///path` (REDIS_URL).'),
    redis_tls: z
      .strictObject({
        ca: text.describe('File with the certificate authority, PEM (SLUICE_REDIS_CA).'),
        cert: text.describe('File with the client certificate, PEM (SLUICE_REDIS_CERT).'),
        key: text.describe('File with its key, PEM (SLUICE_REDIS_KEY).'),
        servername: text.describe("Name in the server's certificate (SLUICE_REDIS_SERVERNAME)."),
      })
      .partial()
      .describe('For `rediss://` addresses.'),
    max_runs: z
      .int(RUNS)
      .min(1, RUNS)
      .max(999_999_999, RUNS)
      .describe('Orchestrators take no new run while so many have not ended (SLUICE_MAX_RUNS).'),
    api: z
      .strictObject({
        hosts: z
          .array(text)
          .min(1)
          .describe('Names under which the server is reached, such as that of a proxy (SLUICE_API_HOSTS).'),
        proxies: z
          .array(text)
          .min(1)
          .describe('Proxies whose X-Forwarded-For is believed: addresses or ranges (SLUICE_API_PROXIES).'),
        rate: z
          .int(RATE)
          .min(0, RATE)
          .max(999_999, RATE)
          .describe('Requests a second that one token may make; 0: no limit (SLUICE_API_RATE).'),
        bull_board: z
          .boolean()
          .describe(
            "Show BullMQ's queues to admins at /bull-board; needs @bull-board/hono (SLUICE_API_BULL_BOARD).",
          ),
      })
      .partial()
      .describe('The HTTP API.'),
    audit_keep: z
      .int(RECORDS)
      .min(1, RECORDS)
      .max(999_999_999, RECORDS)
      .describe('Records of the audit log that are kept (SLUICE_AUDIT_KEEP).'),
    prefix: text.describe('Begins every key in Redis (SLUICE_PREFIX).'),
    artifacts: text.describe('`s3://bucket/prefix`, or a folder that all roles share (SLUICE_ARTIFACTS).'),
    logs: text.describe(
      'Where logs of tasks are kept: `redis`, `s3://bucket/prefix`, or a folder that all roles share (SLUICE_LOGS).',
    ),
    log_bytes: z
      .int(BYTES)
      .min(1_000, BYTES)
      .max(999_999_999_999, BYTES)
      .describe('Bytes of its log that are kept of an attempt, the newest (SLUICE_LOG_BYTES).'),
    retention: text
      .refine((value) => !('problem' in parseRetention(value)), {
        error: 'succeeded=7d,failed=30d,count=500',
      })
      .describe('How long runs are kept, such as `succeeded=7d,failed=30d,count=500` (SLUICE_RETENTION).'),
    s3: z
      .strictObject({
        endpoint: text.describe('Address of the service (SLUICE_S3_ENDPOINT).'),
        region: text.describe('Its region (SLUICE_S3_REGION).'),
      })
      .partial()
      .describe('The service of an `s3://` place. Its keys are given by the environment only.'),
    secrets: z
      .strictObject({
        directory: text.describe('Folder with a file for each secret (SLUICE_SECRETS_DIR).'),
        key_file: text.describe('File with the keys of the encrypted store (SLUICE_SECRETS_KEY_FILE).'),
      })
      .partial()
      .describe('Where values of secrets come from.'),
    allow_addresses: z
      .array(text.refine((entry) => parseAddressRule(entry) !== undefined, { error: '10.0.0.0/8' }))
      .min(1)
      .describe(
        'What HTTP tasks may reach beyond public addresses: `10.0.0.0/8`, `api.internal:8080`, `private`, `any` (SLUICE_ALLOW_ADDRESSES).',
      ),
    kafka: z
      .strictObject({
        brokers: z.array(text).min(1).describe('Brokers as `host:port` (SLUICE_KAFKA_BROKERS).'),
        ssl: z.boolean().describe('Whether to connect to them by TLS (SLUICE_KAFKA_SSL).'),
        sasl: kafkaLogin.describe('Log-in at them (SLUICE_KAFKA_SASL_MECHANISM, …_USERNAME, …_SECRET).'),
      })
      .partial()
      .describe(
        'For Kafka triggers, channels and tasks that name no brokers; tasks connect as they say themselves.',
      ),
    channels: channelsSchema.describe(
      'Whom notifications and alerts reach, by name (SLUICE_CHANNELS, as JSON).',
    ),
    alerts: alertsSchema.describe(
      'What is told of runs whatever their workflows say (SLUICE_ALERTS, as JSON).',
    ),
    queue_stuck: z
      .strictObject({
        unserved: patience.describe(
          'A queue that no worker serves (SLUICE_QUEUE_STUCK_UNSERVED). Default: 1m.',
        ),
        untaken: patience.describe(
          'A queue whose free slots take nothing (SLUICE_QUEUE_STUCK_UNTAKEN). Default: 5m.',
        ),
      })
      .partial()
      .describe('After how long a queue that stands still is an alert.'),
  })
  .partial();

export type ConfigFile = z.output<typeof configFile>;

/** Draft 7, which editors know best. */
export function configJsonSchema(): JsonObject {
  const schema: unknown = z.toJSONSchema(configFile, { target: 'draft-7', io: 'input', reused: 'inline' });
  return { ...(isJsonObject(schema) ? schema : {}), title: 'Sluice configuration' };
}
