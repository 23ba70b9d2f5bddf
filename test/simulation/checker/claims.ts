import { flightKey, parseFlightKey } from '../../../engine/core/flight.ts';
import type { DurableEvent, Evidence, RunEvidence } from '../evidence.ts';
import type { ClaimSeen } from '../history.ts';
import { endOf, type Invariant } from './invariant.ts';

/** Silence after which a session may be taken for dead, ms. */
const DEAD_MS = 4_000;

/** I6, I11: who may work on an attempt, and when. */
export const claims: Invariant = {
  name: 'claims',
  promise:
    'a claim is granted only between the dispatch of an attempt and its end, to one living session at a time, and not once a cancel is durable',
  *check(evidence) {
    const lives = livesOf(evidence);
    const last = new Map<string, ClaimSeen>();
    const beats = new Map<string, number>();
    for (const [index, entry] of evidence.history.entries()) {
      if (entry.kind === 'beat') beats.set(`${entry.shard}|${entry.session}`, entry.at);
      if (entry.kind === 'settle' && entry.lost !== true) {
        const holder = last.get(entry.flight);
        if (holder?.session !== entry.session || holder.delivery !== entry.delivery)
          yield {
            what: `an outcome of ${entry.session}, delivery ${entry.delivery}, was accepted; the claim of ${entry.flight} is ${holder?.session}'s, delivery ${holder?.delivery}`,
          };
      }
      if (entry.kind !== 'claim' || entry.lost === true || entry.repeated) continue;
      const { run, node } = parseFlightKey(entry.flight);
      const life = lives.get(entry.flight);
      const found = last.get(entry.flight);
      const before = found && found.at <= (life?.againAt ?? 0) ? undefined : found;
      last.set(entry.flight, entry);
      const problem =
        judge(entry, index, life, before) ??
        judgeJoined(entry, index, evidence) ??
        judgeRival(entry, before, beats, evidence);
      if (problem)
        yield {
          what: `${problem}: ${entry.flight} to ${entry.session}, delivery ${entry.delivery}`,
          run,
          node,
        };
    }
  },
};

/** Positions in the history at which an attempt was dispatched and was over, and at which its run was cancelled. */
interface Life {
  readonly queued: number;
  /** When the same attempt was sent again, virtual ms. */
  readonly againAt?: number;
  over: number;
  cancelled: number;
}

function livesOf({ runs, featured, children }: Evidence): Map<string, Life> {
  const lives = new Map<string, Life>();
  for (const run of [...runs, ...featured, ...children]) {
    for (const [node, events] of run.byNode) {
      let life: Life | undefined;
      let generation = firstGeneration(run, node, events);
      // Compensation and handlers begin after a cancel.
      const isMain = run.workflow.plan.tasks[run.nodeName(node).task]?.phase === undefined;
      for (const event of events) {
        if (event.type === 'node.reset') generation = event.detail?.generation ?? generation + 1;
        if (event.type === 'node.queued') {
          const stop = run.events.find(({ type, seq }) => type === 'run.cancelling' && seq > event.seq);
          const cancelled = isMain && stop ? stop.entry : Number.POSITIVE_INFINITY;
          const key = flightKey(run.id, node, generation, event.attempt ?? 0);
          const before = lives.get(key);
          // A paused run withdraws what nobody works on, and sends the same attempt again.
          const again = before ? { queued: before.queued, againAt: event.durableAt } : {};
          life = { queued: event.entry, over: Number.POSITIVE_INFINITY, cancelled, ...again };
          lives.set(key, life);
        } else if (
          life &&
          (endOf(event) || event.type === 'node.retrying' || event.type === 'node.repeating')
        )
          life.over = Math.min(life.over, event.entry);
      }
    }
  }
  return lives;
}

/** Nodes of a fan-out that was reset as a whole begin with its generation. */
function firstGeneration(run: RunEvidence, node: number, events: readonly DurableEvent[]): number {
  if (node < run.workflow.plan.tasks.length) return 1;
  const reset = events.find(({ type }) => type === 'node.reset')?.detail?.generation;
  return reset === undefined ? (run.records[node]?.generation ?? 1) : reset - 1;
}

function judge(
  claim: ClaimSeen,
  index: number,
  life: Life | undefined,
  before: ClaimSeen | undefined,
): string | undefined {
  // What was begun in one step with the node before it may be taken over before its owner has read of it.
  const isKnown = claim.joined || before !== undefined;
  if (!life || (index < life.queued && !isKnown)) return 'granted, but the attempt was not dispatched';
  if (index > life.over) return 'granted after the end of the attempt was durable';
  if (index > life.cancelled) return 'granted after the cancel was durable';
  if (before && claim.delivery <= before.delivery)
    return `delivery ${claim.delivery} after ${before.delivery}`;
  return undefined;
}

/** A joined node is granted before it is queued: from its chain's dispatch on, unless it was withdrawn, paused or cancelled. */
function judgeJoined(
  { joined, flight }: ClaimSeen,
  index: number,
  { history }: Evidence,
): string | undefined {
  if (!joined) return undefined;
  const { run } = parseFlightKey(flight);
  let isJoined: boolean | undefined;
  let isStopped: boolean | undefined;
  for (let at = index - 1; at >= 0 && (isJoined === undefined || isStopped === undefined); at--) {
    const entry = history[at];
    if (entry?.kind !== 'commit' || entry.lost === true) continue;
    const value = entry.commit.flights.set.find(([key]) => key === flight)?.[1];
    if (value !== undefined) isJoined ??= value.startsWith('j');
    else if (entry.commit.flights.remove.includes(flight)) isJoined ??= false;
    for (const { type } of [...(entry.events.get(run) ?? [])].reverse()) {
      if (STOPS.has(type)) isStopped ??= true;
      if (BEGINS.has(type)) isStopped ??= false;
    }
  }
  if (!isJoined) return 'granted as joined, but it was not joined, or withdrawn';
  return isStopped ? 'granted as joined after its run was stopped' : undefined;
}

const STOPS: ReadonlySet<string> = new Set(['run.cancelling', 'run.paused']);
const BEGINS: ReadonlySet<string> = new Set(['run.started', 'run.resumed', 'run.retried']);

function judgeRival(
  claim: ClaimSeen,
  before: ClaimSeen | undefined,
  beats: ReadonlyMap<string, number>,
  { history, wentBack }: Evidence,
): string | undefined {
  if (!before || before.session === claim.session || wentBack) return undefined;
  if (history.some((entry) => entry.kind === 'hand_back' && entry.flight === claim.flight)) return undefined;
  const silence = claim.at - (beats.get(`${claim.shard}|${before.session}`) ?? 0);
  return silence < DEAD_MS
    ? `granted although ${before.session} was alive ${Math.round(silence)} ms ago`
    : undefined;
}
