/** Limits: who holds them, who waits before, and when units of a rate come free; from the documents that the limit itself keeps. */
import type { ActorState } from '../actor.ts';
import type { NodePlace } from '../decide/node/node-place.ts';
import { formatDuration } from '../duration.ts';
import { holderName, WHOLE_RUN } from '../limit/address.ts';
import { listEntries } from '../limit/book.ts';
import { type CircleLink, linkWords } from '../limit/circle.ts';
import { disagreementOf } from '../limit/declared.ts';
import {
  type Declaration,
  FIELDS,
  type LimitEntry,
  readDefinition,
  readEntry,
  readUsed,
} from '../limit/document.ts';
import { hasLimits, needsOf, runNeedOf } from '../limit/need.ts';
import type { LimitNeed } from '../limit/wait.ts';
import { freeAt, sumOfUnits, unitsInWindow } from '../limit/window.ts';
import type { RunState } from '../run-state.ts';
import { iso, type Reason, reason } from './explanation.ts';
import { type ExplainFacts, forTime, inTime } from './facts.ts';

/** Holders that are named. */
const MAX_NAMED = 5;

/** Limits that a blocked node has to enter, in the order in which it asks for them. None: nothing but room is missing. */
export function needsOfBlocked({ run, record, task }: NodePlace): readonly LimitNeed[] {
  if (!hasLimits(task)) return [];
  const found = needsOf(run, record, task);
  return 'value' in found ? found.value : [];
}

export function nodeLimitReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const { run, index, record } = place;
  const name = holderName({
    run: run.header.id,
    node: index,
    generation: record.generation,
    attempt: record.attempt + 1,
  });
  return needReasons(needsOfBlocked(place), { name, node: index }, facts);
}

/** A run that waits for its own `concurrency`. */
export function runLimitReasons(run: RunState, facts: ExplainFacts): Reason[] {
  const found = runNeedOf(run);
  if ('error' in found || !found.value) return [];
  const name = holderName({
    run: run.header.id,
    node: WHOLE_RUN,
    generation: run.header.retries ?? 0,
    attempt: 0,
  });
  return needReasons([found.value], { name, node: WHOLE_RUN }, facts).map((one) =>
    one.code !== 'limit' ? one : { ...one, code: 'run_limit' as const },
  );
}

export function runLimits(run: RunState): readonly string[] {
  const found = runNeedOf(run);
  return 'value' in found && found.value ? [found.value.address] : [];
}

/** Only the limit that it waits for now is told, and those that it holds already are counted. */
function needReasons(
  needs: readonly LimitNeed[],
  { name, node }: { readonly name: string; readonly node: number },
  facts: ExplainFacts,
): Reason[] {
  const at = needs.findIndex(({ address }) => !facts.limit(address).has(FIELDS.holder(name)));
  const need = needs[at];
  if (!need) return [];
  const documents = facts.limit(need.address);
  const asked = readEntry(documents.get(FIELDS.waiter(name)));
  const before = asked ? waitersBefore(documents, asked) : 0;
  const own =
    need.perMs === undefined
      ? concurrencyReason(need, documents, { before, asked, facts })
      : rateReason(need, documents, { before, asked, facts });
  return [...circleReason(facts.circle?.(node) ?? []), own, ...differsReason(need, documents)];
}

/** Whoever holds what is waited for waits in turn for what this one, or another of them, holds. */
function circleReason(links: readonly CircleLink[]): Reason[] {
  const [first] = links;
  if (!first) return [];
  const words = links.map(linkWords).join('; ');
  const text = `Waits in a circle that does not end by itself: ${words}. Cancel one of them, such as: sluice cancel ${first.holder.run}`;
  const told = links.map(({ waiter, limit, holder }) => ({
    run: waiter.run,
    node: waiter.label,
    waits_for: limit.key,
    held_by: holder.run,
  }));
  return [reason('limit_circle', text, { circle: told })];
}

/** Another workflow declares another number for it. */
function differsReason({ key }: LimitNeed, documents: ActorState): Reason[] {
  const definition = readDefinition(documents);
  const found = disagreementOf(definition);
  if (!found) return [];
  const [now, other] = found;
  const what =
    definition?.by === 'operator' ? 'what an operator has set holds' : "the newest run's number holds";
  const text = `${now.workflow} and ${other.workflow} declare "${key}" differently (${now.limit} and ${other.limit}); ${what}.`;
  const told = ({ workflow, limit }: Declaration) => ({ workflow, limit });
  return [reason('limit_differs', text, { key, declared: [told(now), told(other)] })];
}

interface Waiting {
  /** Who will be served before it. */
  readonly before: number;
  readonly asked: LimitEntry | undefined;
  readonly facts: ExplainFacts;
}

function waitersBefore(documents: ActorState, asked: LimitEntry): number {
  const { waiters } = listEntries(documents);
  return Math.max(
    0,
    waiters.findIndex(
      (one) => one.run === asked.run && one.node === asked.node && one.attempt === asked.attempt,
    ),
  );
}

function concurrencyReason(
  need: LimitNeed,
  documents: ActorState,
  { before, asked, facts }: Waiting,
): Reason {
  const { holders } = listEntries(documents);
  const limit = readDefinition(documents)?.limit ?? need.limit;
  const named = holders
    .slice(0, MAX_NAMED)
    .map((one) => `${holderWords(one)} for ${forTime(facts.now - one.since)}`);
  const more = holders.length > MAX_NAMED ? ` and ${holders.length - MAX_NAMED} more` : '';
  const held = holders.length === 0 ? 'nobody holds it now' : `held by ${named.join(', ')}${more}`;
  const text = `Waits for the limit "${need.key}" (${limit} at once): ${held}${queueWords(before, asked)}.`;
  return reason('limit', text, {
    key: need.key,
    limit,
    before,
    holders: holders.map(({ run, label, workflow, since }) => ({
      run,
      node: label,
      workflow,
      since: iso(since),
    })),
  });
}

function rateReason(need: LimitNeed, documents: ActorState, { before, asked, facts }: Waiting): Reason {
  const definition = readDefinition(documents);
  const limit = definition?.limit ?? need.limit;
  const perMs = definition?.perMs ?? need.perMs ?? 0;
  const used = readUsed(documents);
  const units = Math.min(need.cost, limit);
  const free = freeAt(used, { limit, perMs }, { now: facts.now, units });
  const taken = sumOfUnits(unitsInWindow(used, perMs, facts.now));
  const when =
    free === undefined ? 'none come free: the limit is 0' : `${units} come free ${inTime(facts.now, free)}`;
  const text = `Waits for the rate limit "${need.key}" (${limit} in ${formatDuration(perMs)}): ${taken} are used, and ${when}${queueWords(before, asked)}.`;
  return reason('rate_limit', text, {
    key: need.key,
    limit,
    per_ms: perMs,
    used: taken,
    before,
    free_at: free === undefined ? null : iso(free),
  });
}

function holderWords({ run, label, workflow }: LimitEntry): string {
  return label === '' ? `run ${run} of ${workflow}` : `${label} of run ${run} (${workflow})`;
}

function queueWords(before: number, asked: LimitEntry | undefined): string {
  if (!asked) return '; it asks again soon';
  return before === 0 ? '; it is the next' : `; ${before} ${before === 1 ? 'waits' : 'wait'} before it`;
}
