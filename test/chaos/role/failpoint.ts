/**
 * Failpoints, in the roles of chaos only: `SLUICE_FAILPOINT=before:commit:3` kills the process before its third call of
 * `commit`, `after:settle:1` after the first `settle` was answered. Names are those of the methods of the ports.
 */
import { existsSync, writeFileSync } from 'node:fs';

interface Failpoint {
  readonly side: string;
  readonly call: string;
  left: number;
}

export type Failing = <T extends object>(port: T) => T;

/** `mark` is written when the point is reached, so that somebody can tell a kill from one that never came. */
export function failpoint(text: string | undefined, mark: string | undefined): Failing {
  const [side = '', call = '', nth = '1'] = text?.split(':') ?? [];
  const point: Failpoint = { side, call, left: Number(nth) };
  const reach = (where: string) => {
    if (side !== where || --point.left > 0) return;
    if (mark !== undefined && !existsSync(mark)) writeFileSync(mark, `${text}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
  return text === undefined ? (port) => port : (port) => watch(port, call, reach);
}

function watch<T extends object>(port: T, call: string, reach: (side: string) => void): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== call || typeof value !== 'function') return bound(value, target);
      return (...args: unknown[]) => {
        reach('before');
        const reply: unknown = value.apply(target, args);
        return reply instanceof Promise ? reply.finally(() => reach('after')) : reply;
      };
    },
  });
}

function bound(value: unknown, target: object): unknown {
  return typeof value === 'function' ? value.bind(target) : value;
}
