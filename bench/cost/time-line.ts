/** The time line of one piece of work, as Redis sees it: each command that a client sends, in order, with the time since the first. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const WIDTH = 120;
/** For what comes behind the result. */
const AFTER_MS = 50;

export interface Seen {
  readonly ms: number;
  /** Within a script. */
  readonly isInner: boolean;
  readonly text: string;
}

export async function watchRedis(path: string, work: () => Promise<void>): Promise<readonly Seen[]> {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  socket.write('MONITOR\r\n');
  await once(socket, 'data');
  await work();
  await sleep(AFTER_MS);
  socket.destroy();
  const seen = text.split('\r\n').flatMap((line) => parseLine(line) ?? []);
  const first = seen[0]?.ms ?? 0;
  return seen.map((one) => ({ ...one, ms: one.ms - first }));
}

/** `+1699999999.123456 [0 lua] "XADD" "key" …` */
function parseLine(line: string): Seen | undefined {
  const [, seconds, source, rest = ''] = /^\+(\d+\.\d+) \[\d+ ([^\]]*)\] (.*)$/.exec(line) ?? [];
  if (seconds === undefined) return undefined;
  // Scripts by the start of their hash; quotes only make it longer.
  const short = rest.replaceAll('"', '').replaceAll(/\b([0-9a-f]{6})[0-9a-f]{34}\b/g, '$1');
  return { ms: Number(seconds) * 1_000, isInner: source === 'lua', text: short.slice(0, WIDTH) };
}
