/** Starting a run: its id, its header, the plans that it needs, and what is said when it cannot begin. */
import { createHash } from 'node:crypto';
import { SluiceError } from '../../core/errors.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import type { ReusedRun, RunHeader } from '../../core/run-header.ts';
import { derivedRunId, newRunId, shardOf } from '../../core/run-id.ts';
import type { SourceRef } from '../../core/ticket.ts';
import { formatTraceparent, parseTraceparent } from '../../core/trace-context.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { summaryOf } from '../run-summary.ts';
import { type FindWorkflow, type Pinned, pinsOf } from './pins.ts';

export interface StartOptions {
  /** Checked already: see `resolveInputs`. */
  readonly inputs?: { readonly [name: string]: Json };
  /** The same key starts the same run once; other inputs under the same key are a conflict. */
  readonly idempotencyKey?: string;
  /** What must be the same under the same key. Default: the inputs. */
  readonly asked?: Json;
  readonly labels?: { readonly [name: string]: string };
  readonly trigger?: RunHeader['trigger'];
  /** Tasks that are not run again: their ends and outputs are those of that run, which has this plan. */
  readonly reuse?: ReusedRun & { readonly plan: Plan };
  /** W3C trace context of whoever starts it. What is none is passed over. */
  readonly traceparent?: string;
  /** The workflow's own files. */
  readonly source?: SourceRef | ((run: string) => Promise<SourceRef | undefined>);
  /** Plans of sub-workflows that came with the plan: other documents of its file, other files. */
  readonly linked?: readonly Plan[];
  /** Where this run's sub-workflows are found by name. Default: as the client is told to. */
  readonly findWorkflow?: FindWorkflow;
}

export interface Started {
  readonly run: string;
  /** False when an earlier start with the same key had made the run. */
  readonly created: boolean;
}

export interface StartTools {
  readonly store: Pick<ClientStore, 'start' | 'storePlan'>;
  readonly index: Pick<RunIndex, 'record'>;
  readonly shards: number;
  readonly clock: Clock;
  /** 10 random bytes for a new run id. */
  readonly random: () => Uint8Array;
}

type Header = Omit<RunHeader, 'createdAt'>;

/** See `Client.start`. */
export async function startRun(
  tools: StartTools,
  plan: Plan,
  options: StartOptions & { readonly findWorkflow: FindWorkflow },
): Promise<Started> {
  const { store, index, shards, clock } = tools;
  const { idempotencyKey: key, reuse } = options;
  const run =
    key === undefined ? newRunId(clock.now(), tools.random()) : derivedRunId(plan.namespace, plan.name, key);
  const source = typeof options.source === 'function' ? await options.source(run) : options.source;
  const pinned = await pinsOf(plan, options.linked ?? [], options.findWorkflow);
  // Before the run is there: its owner must find them.
  for (const needed of [...(reuse ? [reuse.plan] : []), ...pinned.plans])
    await store.storePlan(shardOf(run, shards), needed);
  const header = headerOf(run, plan, { ...options, source, pinned });
  const reply = await store.start(header, plan);
  if (reply.kind === 'conflict') throw conflict(run, plan.name, key);
  if (reply.kind === 'full') throw overloaded(plan.name, reply.reason);
  const createdAt = clock.now();
  // The run is durable; its line in the lists follows, and its owner writes it again.
  if (reply.kind === 'started') index.record(summaryOf({ ...header, createdAt })).catch(() => {});
  return { run, created: reply.kind === 'started' };
}

function headerOf(
  run: string,
  plan: Plan,
  options: Omit<StartOptions, 'source'> & { readonly source: SourceRef | undefined; readonly pinned: Pinned },
): Header {
  const { source, pinned, reuse, inputs = {}, traceparent = '' } = options;
  const trace = parseTraceparent(traceparent);
  return {
    format: 1,
    id: run,
    namespace: plan.namespace,
    workflow: plan.name,
    plan: plan.hash,
    inputs,
    labels: { ...plan.labels, ...options.labels },
    priority: plan.priority,
    trigger: options.trigger ?? { type: 'manual' },
    ...(source === undefined ? {} : { source }),
    ...(trace === undefined ? {} : { traceparent: formatTraceparent(trace) }),
    ...(pinned.plans.length === 0 ? {} : { pins: pinned.pins, sources: pinned.sources }),
    ...(reuse === undefined ? {} : { reuse: { run: reuse.run, tasks: reuse.tasks, attempt: reuse.attempt } }),
    status: 'queued',
    seq: 0,
    nodes: 0,
    fingerprint: fingerprintOf(plan, options.asked ?? inputs),
  };
}

/** See `Client.findKeyed`. */
export async function findKeyed(
  store: Pick<ClientStore, 'readHeader'>,
  plan: Pick<Plan, 'namespace' | 'name'>,
  { key, asked }: { readonly key: string; readonly asked: Json },
): Promise<string | undefined> {
  const run = derivedRunId(plan.namespace, plan.name, key);
  const header = await store.readHeader(run);
  if (header && header.fingerprint !== fingerprintOf(plan, asked)) throw conflict(run, plan.name, key);
  return header && run;
}

function fingerprintOf({ namespace, name }: Pick<Plan, 'namespace' | 'name'>, asked: Json): string {
  const text = canonicalJson([namespace, name, asked]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function conflict(run: string, workflow: string, key: string | undefined): SluiceError {
  return new SluiceError(
    'idempotency_conflict',
    `run ${run} of ${workflow} was started under the key "${key}" with other inputs; use another key, or the same inputs`,
  );
}

/** As long as a shard stays closed after memory was short. */
const RETRY_AFTER_MS = 5_000;

function overloaded(workflow: string, reason: 'runs' | 'memory'): SluiceError {
  const why =
    reason === 'memory'
      ? 'the memory of Redis runs short: raise maxmemory, remove old runs with `sluice prune`, or wait until runs have ended'
      : 'as many runs as the orchestrators were told to take in (--max-runs) have not ended yet: wait, add workers, or raise the limit';
  return new SluiceError(
    'overloaded',
    `No run of ${workflow} was started: ${why}. Try again in ${RETRY_AFTER_MS / 1_000} s.`,
    { details: { reason, retryAfterMs: RETRY_AFTER_MS } },
  );
}
