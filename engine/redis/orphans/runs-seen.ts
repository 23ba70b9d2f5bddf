/** Runs by their headers, many at a time. */
import type { RunHeader } from '../../core/run-header.ts';
import type { Connections } from '../connection.ts';

export interface RunName {
  readonly shard: number;
  readonly run: string;
}

/** Those whose header is not there, each once. Leaves no trace of having looked. */
export async function withoutHeader<Named extends RunName>(
  { call, keys }: Connections,
  runs: Iterable<Named>,
): Promise<Named[]> {
  const once = [...new Map([...runs].map((one) => [`${one.shard} ${one.run}`, one])).values()];
  const there = await Promise.all(once.map(({ shard, run }) => call('exists', [keys.run(shard, run)])));
  return once.filter((_, at) => there[at] === 0);
}

export interface SeenHeader {
  readonly header: RunHeader;
  readonly text: string;
}

/** As they stand now; undefined where there is none. */
export function readHeaders(
  { call, keys }: Connections,
  runs: readonly RunName[],
): Promise<(SeenHeader | undefined)[]> {
  return Promise.all(
    runs.map(async ({ shard, run }) => {
      const names = [keys.run(shard, run), keys.progress(shard, run)];
      const [text, progress] = (await call('mget', names)) as (string | null)[];
      if (typeof text !== 'string') return undefined;
      const header = { ...JSON.parse(text), ...JSON.parse(progress ?? '{}') } as RunHeader;
      return { header, text };
    }),
  );
}

/** Seconds since the last use of the one that was used last; 0 where Redis does not say. */
export async function idleSeconds({ call }: Connections, names: readonly string[]): Promise<number> {
  const idle = await Promise.all(
    names.map((name) => call('object', ['IDLETIME', name]).catch(() => 0)) as Promise<number | null>[],
  );
  return Math.min(...idle.map((seconds) => seconds ?? 0), Number.MAX_SAFE_INTEGER);
}
