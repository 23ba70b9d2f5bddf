/** Which task ended before which began, and which never began, from the history of the run. */
import type { Path } from '../../dsl/position.ts';
import { standsAs } from '../../engine/core/node-state.ts';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import type { Played } from '../play.ts';
import { attemptsOf, findNode } from './node.ts';
import type { Unmet } from './unmet.ts';
import { whyNode } from './why.ts';

const ENDS: ReadonlySet<string> = new Set([
  'node.succeeded',
  'node.failed',
  'node.cancelled',
  'node.skipped',
  'node.upstream_failed',
]);
/** Ends without a beginning. */
const NEVER_BEGAN: ReadonlySet<string> = new Set(['node.skipped', 'node.upstream_failed', 'node.blocked']);

export function checkOrder(
  order: readonly string[] | readonly (readonly string[])[] | undefined,
  played: Played,
  path: Path,
): Unmet[] {
  if (order === undefined) return [];
  const chains = order.every((one) => typeof one === 'string')
    ? [{ names: order, at: path }]
    : order.flatMap((names, i) => (typeof names === 'string' ? [] : [{ names, at: [...path, i] }]));
  return chains.flatMap(({ names, at }) => checkChain(names, played, at));
}

function checkChain(names: readonly string[], played: Played, path: Path): Unmet[] {
  return names.slice(1).flatMap((name, i) => {
    const before = names[i] ?? '';
    const began = played.events.find((event) => isOf(event, name) && !NEVER_BEGAN.has(event.type));
    const ended = played.events.findLast((event) => event.node === before && ENDS.has(event.type));
    const at = [...path, i + 1];
    if (began === undefined) return [neverBegan(name, played, at)];
    if (ended === undefined)
      return [
        {
          path: [...path, i],
          message: `${before}: expected to end before ${name} begins, but it never ended`,
        },
      ];
    if (ended.seq < began.seq) return [];
    const message = `${name}: expected to begin after ${before} had ended, but it began at ${began.at} and ${before} ended at ${ended.at}`;
    return [{ path: at, message }];
  });
}

function neverBegan(name: string, { run }: Played, path: Path): Unmet {
  const node = findNode(run, name);
  const why = node && whyNode(run, node);
  const message = `${name}: expected to begin, but it ${node ? standsAs(node.status) : 'is not there'}`;
  return { path, message, ...(why === undefined ? {} : { why }) };
}

/** A task with a fan-out begins with the first of its nodes. */
function isOf({ node }: EventView, name: string): boolean {
  return node === name || node?.startsWith(`${name}[`) === true;
}

export function checkNotRun(
  names: string | readonly string[] | undefined,
  { run }: Played,
  path: Path,
): Unmet[] {
  const list = names === undefined ? [] : typeof names === 'string' ? [names] : names;
  return list.flatMap((name, i) => {
    const node = findNode(run, name);
    const attempts = node === undefined ? 0 : attemptsOf(run, node);
    if (attempts === 0) return [];
    const message = `${name}: expected never to run, but it was tried ${attempts === 1 ? 'once' : `${attempts} times`} and is ${node?.status}`;
    return [
      { path: typeof names === 'string' ? path : [...path, i], message, expected: 0, actual: attempts },
    ];
  });
}
