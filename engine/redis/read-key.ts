/** What a key is, read back from its name: the inverse of keys.ts for what belongs to runs. */
import { isRunId } from '../core/run-id.ts';
import type { Keys } from './keys.ts';

export type KeyPlace =
  /** Of a shard: the header of a run. */
  | { readonly kind: 'header'; readonly shard: number; readonly run: string }
  /** Of a shard: anything else of a run, or of a source bundle, which has an id of its own. */
  | { readonly kind: 'of run'; readonly shard: number; readonly run: string }
  | { readonly kind: 'plan'; readonly shard: number; readonly hash: string }
  /** Of the run index. */
  | { readonly kind: 'line'; readonly run: string }
  | { readonly kind: 'list' }
  /** Of applied workflows. */
  | { readonly kind: 'definition' }
  | { readonly kind: 'definition plan'; readonly hash: string }
  /** A workflow as it was started last. */
  | { readonly kind: 'workflow'; readonly namespace: string; readonly name: string };

const SHARD = /^\{s(\d+)\}:([a-z]+):(.+)$/s;
const LIST = /^\{runs\}:(all|namespace|workflow|status|awaiting):/;
const LINE = /^\{runs\}:line:(.+)$/;
const WORKFLOW = /^workflow:([^:]+):([^:]+)$/;
const DEFINITION_PLAN = /^\{definitions\}:plan:(.+)$/;

/** What begins all keys. */
export function prefixOf(keys: Keys): string {
  return keys.meta().slice(0, -'meta'.length);
}

/** Undefined for what belongs to no run, and for what goes by itself after a while. */
export function readKey(prefix: string, key: string): KeyPlace | undefined {
  const name = key.slice(prefix.length);
  const [, shard, kind = '', rest = ''] = SHARD.exec(name) ?? [];
  if (shard !== undefined) return readShardKey(Number(shard), kind, rest);
  const [, line] = LINE.exec(name) ?? [];
  if (line !== undefined) return isRunId(line) ? { kind: 'line', run: line } : undefined;
  if (LIST.test(name)) return { kind: 'list' };
  const [, hash] = DEFINITION_PLAN.exec(name) ?? [];
  if (hash !== undefined) return { kind: 'definition plan', hash };
  if (name.startsWith('{definitions}:of:')) return { kind: 'definition' };
  const [, namespace, workflow] = WORKFLOW.exec(name) ?? [];
  if (namespace === undefined || workflow === undefined) return undefined;
  return { kind: 'workflow', namespace: decodeURIComponent(namespace), name: decodeURIComponent(workflow) };
}

function readShardKey(shard: number, kind: string, rest: string): KeyPlace | undefined {
  if (kind === 'plan') return { kind, shard, hash: rest };
  const [run = '', ...more] = rest.split(':');
  if (!isRunId(run)) return undefined;
  if (kind === 'run' && more.length === 0) return { kind: 'header', shard, run };
  const isOfRun = kind === 'run' || kind === 'log' || kind === 'blob' || kind === 'blobs';
  return isOfRun ? { kind: 'of run', shard, run } : undefined;
}
