/** Turns what ioredis throws into the two errors that the ports promise: Redis does not answer, or it refuses. */
import { messageOf, SluiceError } from '../core/errors.ts';

/** First words of Redis' refusals, and what to do about each. */
const REFUSALS: readonly (readonly [word: RegExp, advice: string])[] = [
  [/\bOOM\b/, 'Redis is full: raise maxmemory, or remove old runs; running work goes on meanwhile'],
  [/\bREADONLY\b/, 'this Redis is a replica: connect to the primary, or wait until the fail-over is done'],
  [/\bLOADING\b/, 'Redis is still reading its data from disk: wait'],
  [/\bBUSY\b/, 'Redis is busy with another script: wait, or look at SLOWLOG'],
  [/\bMISCONF\b/, 'Redis cannot write to its disk: free space there, and see the log of Redis'],
  [/\bNOREPLICAS\b/, 'Redis has fewer replicas than min-replicas-to-write asks for: bring them back'],
  [/\b(MASTERDOWN|CLUSTERDOWN)\b/, 'the Redis Cluster or its primary is down: wait, or repair it'],
  [
    /\bMOVED\b/,
    'it is one node of a Redis Cluster: write redis-cluster://host:port instead of redis://host:port',
  ],
  [/\b(NOAUTH|WRONGPASS)\b/, 'check the user name and password in the URL of Redis'],
  [/\bNOPERM\b/, 'give this user the permissions that docs/security.md lists under Redis'],
];

const LOST =
  /max retries per request|connection is closed|connection due to|aborted due to connection|ECONN|ENOENT|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|cluster redirections|slots cache|cluster is|all sentinels|socket timeout|connect timeout|stream isn't writeable/i;

/** Where Redis is, in words, for messages: never with a password. */
export type Place = string;

/** Always answers a `SluiceError`; one that is one already stays as it is. `lastTrouble` tells why a connection was lost. */
export function toSluiceError(thrown: unknown, place: Place, lastTrouble?: Error): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  const message = messageOf(thrown);
  const refusal = REFUSALS.find(([word]) => word.test(message));
  if (refusal !== undefined) {
    return new SluiceError(
      'redis_refused',
      `Redis at ${place} refuses (${firstLine(message)}): ${refusal[1]}.`,
      {
        cause: thrown,
      },
    );
  }
  if (LOST.test(message)) return unreachable(place, lastTrouble ?? thrown);
  return new SluiceError(
    'internal',
    `Redis at ${place} answered an error that Sluice does not expect: ${firstLine(message)}`,
    {
      cause: thrown,
    },
  );
}

function unreachable(place: Place, cause: unknown): SluiceError {
  return new SluiceError(
    'redis_unreachable',
    `Redis at ${place} does not answer (${firstLine(messageOf(cause))}): check that it runs and that the address is right.`,
    { cause },
  );
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '');
}
