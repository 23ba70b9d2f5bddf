/**
 * Recomputes limits: every holder that a limit counts is looked up in its own run. Whoever does not hold it is named, and can
 * be given back as the limit itself would do it: its run is asked whether it still holds, and answers its limit with a release.
 * Nothing is written past the owners of the two shards.
 */
import { SluiceError } from '../../core/errors.ts';
import { holderName, WHOLE_RUN } from '../../core/limit/address.ts';
import { describeEntry, type LimitEntry } from '../../core/limit/document.ts';
import { whyNodeLetGo, whyRunLetGo } from '../../core/limit/holding.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { restoreRunState } from '../../core/run-state.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import type { Client } from './client.ts';
import { type LimitView, readLimits } from './limit-view.ts';

export interface LimitAuditOptions {
  readonly store: Pick<ClientStore, 'readActors' | 'now' | 'readHeader' | 'send'>;
  readonly client: Pick<Client, 'load'>;
  readonly shards: number;
  readonly clock: Pick<Clock, 'sleep'>;
}

export interface WrongHolder {
  readonly limit: LimitView;
  readonly entry: LimitEntry;
  /** Half a sentence: `the run has succeeded`. */
  readonly why: string;
}

export interface LimitAudit {
  /** Holders that were looked up. */
  readonly checked: number;
  /** Those beyond `MAX_HOLDERS`. */
  readonly left: number;
  readonly wrong: readonly WrongHolder[];
}

const MAX_HOLDERS = 2_000;
/** What is on its way from a run to its limit arrives within that, ms. */
const SECOND_LOOK_MS = 2_000;
const REPAIR_MS = 10_000;
const LOOK_AGAIN_MS = 200;

/** Looks twice where something seems wrong: limits and runs are read one after the other, and go on meanwhile. */
export async function auditLimits(options: LimitAuditOptions): Promise<LimitAudit> {
  const first = await lookOnce(options);
  if (first.wrong.length === 0) return first;
  await options.clock.sleep(SECOND_LOOK_MS);
  const again = await lookOnce(options);
  const before = new Set(first.wrong.map(identityOf));
  return { ...again, wrong: again.wrong.filter((one) => before.has(identityOf(one))) };
}

/** Asks the runs of these holders, and waits until their limits count them no more. Answers those that are left. */
export async function giveBackHolders(
  options: LimitAuditOptions,
  wrong: readonly WrongHolder[],
): Promise<readonly WrongHolder[]> {
  await options.store.send(
    wrong.map(({ limit, entry: { run, node, generation, attempt } }) => ({
      type: 'still_held' as const,
      run,
      node,
      generation,
      attempt,
      limit: limit.address,
    })),
  );
  const until = (await options.store.now()) + REPAIR_MS;
  for (;;) {
    const held = new Set((await concurrencyHolders(options)).map(identityOf));
    const left = wrong.filter((one) => held.has(identityOf(one)));
    if (left.length === 0 || (await options.store.now()) >= until) return left;
    await options.clock.sleep(LOOK_AGAIN_MS);
  }
}

type Held = Omit<WrongHolder, 'why'>;

function identityOf({ limit, entry }: Held): string {
  return `${limit.address}\n${holderName(entry)}\n${entry.at}`;
}

/** As people know it: `deploy of run 01J… (shop)`. */
export function describeHolder({ entry }: Held): string {
  return describeEntry(entry);
}

async function lookOnce(options: LimitAuditOptions): Promise<LimitAudit> {
  const all = await concurrencyHolders(options);
  const looked = all.slice(0, MAX_HOLDERS);
  const byRun = new Map<string, Held[]>();
  for (const held of looked) byRun.set(held.entry.run, [...(byRun.get(held.entry.run) ?? []), held]);
  const wrong: WrongHolder[] = [];
  for (const [run, held] of byRun) wrong.push(...(await wrongOfRun(options, run, held)));
  return { checked: looked.length, left: all.length - looked.length, wrong };
}

/** Holders of a rate limit count for nothing. */
async function concurrencyHolders({ store, shards }: LimitAuditOptions): Promise<Held[]> {
  const limits = await readLimits(store, shards);
  return limits
    .filter(({ kind }) => kind === 'concurrency')
    .flatMap((limit) => limit.holders.map((entry) => ({ limit, entry })));
}

async function wrongOfRun(
  options: LimitAuditOptions,
  run: string,
  held: readonly Held[],
): Promise<WrongHolder[]> {
  const header = await options.store.readHeader(run);
  const whole = held.flatMap((one) => withReason(one, whyRunLetGo(header, one.entry)));
  const nodes = held.filter(({ entry }) => entry.node !== WHOLE_RUN);
  if (whole.length > 0 || nodes.length === 0) return whole;
  const state = await loadState(options, run);
  if (!state) return [];
  return nodes.flatMap((one) => withReason(one, whyNodeLetGo(state, one.entry, one.limit.address)));
}

function withReason(held: Held, why: string | undefined): WrongHolder[] {
  return why === undefined ? [] : [{ ...held, why }];
}

/** Undefined when it ended or went meanwhile: the second look will say so. */
async function loadState({ client }: LimitAuditOptions, run: string) {
  try {
    const { stored, plan } = await client.load(run);
    const header: RunHeader = { ...stored.header, nodes: Math.max(stored.header.nodes, plan.tasks.length) };
    return restoreRunState(header, plan, stored, () => 1);
  } catch (thrown) {
    if (thrown instanceof SluiceError && thrown.code === 'run_not_found') return undefined;
    throw thrown;
  }
}
