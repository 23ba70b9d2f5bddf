/** Whether the clocks of orchestrators and workers agree with Redis', as they say themselves. */
import type { Finding } from '../../engine/redis/index.ts';
import type { Engine } from '../compose/engine.ts';
import { countOf } from '../view/count.ts';
import { plainText } from '../view/plain-text.ts';

/** What is decided goes by Redis' clock, but log lines and what is signed (S3, webhooks) go by their own. */
const WARNED_MS = 1_000;
const WRONG_MS = 30_000;

interface Member {
  readonly name: string;
  readonly clockAheadMs?: number | undefined;
}

export async function inspectClocks({ membership }: Pick<Engine, 'membership'>): Promise<Finding[]> {
  const [workers, loads] = await Promise.all([membership.workers(), membership.loads()]);
  const members: Member[] = [
    ...loads.map(({ orchestrator = '', clockAheadMs }) => ({
      name: `orchestrator ${orchestrator}`,
      clockAheadMs,
    })),
    ...workers.map(({ name, clockAheadMs }) => ({ name: `worker ${name}`, clockAheadMs })),
  ];
  // Of an earlier version, or just begun.
  const known = members.filter(({ clockAheadMs }) => clockAheadMs !== undefined);
  const wrong = known.flatMap(({ name, clockAheadMs = 0 }) =>
    Math.abs(clockAheadMs) <= WARNED_MS ? [] : [wrongClock(name, clockAheadMs)],
  );
  if (wrong.length > 0 || known.length === 0) return wrong;
  return [{ level: 'ok', message: `The clocks of ${countOf(known.length, 'role')} agree with Redis'.` }];
}

function wrongClock(name: string, aheadMs: number): Finding {
  const direction = aheadMs < 0 ? 'behind' : 'ahead of';
  return {
    level: Math.abs(aheadMs) > WRONG_MS ? 'error' : 'warning',
    message: `The clock of ${plainText(name)} is ${Math.abs(Math.round(aheadMs))} ms ${direction} Redis'.`,
    fix: 'Let both set their clocks by NTP.',
  };
}
