/**
 * A client behind Sentinels that stays alive through a fail-over. The Sentinels tell ioredis of the new primary, and ioredis
 * then drops its connection to look the address up again; where that news arrives while it is looking it up anyway, it takes
 * its own drop for the caller's wish and ends for good, with "Connection is closed." (SentinelConnector.connect). So whatever
 * ended and was not asked to end connects again.
 */
import { Redis, type RedisOptions } from 'ioredis';

/** The replies that this folder reads are those of RESP2. */
export type LegacyOptions = RedisOptions & { readonly replyMapping: 'legacy' };

export class SentinelClient extends Redis {
  #isToEnd = false;

  constructor(options: LegacyOptions) {
    super(options);
    this.on('end', () => {
      if (!this.#isToEnd) this.connect().catch(() => {});
    });
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) this.#isToEnd = true;
    super.disconnect(reconnect);
  }

  override sendCommand(...given: Parameters<Redis['sendCommand']>): unknown {
    const [{ name }] = given;
    if (name === 'quit') this.#isToEnd = true;
    return super.sendCommand(...given);
  }

  /** BullMQ waits for jobs on a duplicate. */
  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    return new SentinelClient({ ...this.options, ...override, replyMapping: 'legacy' });
  }
}
