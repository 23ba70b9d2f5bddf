/** What the seeds have reached: node states, trigger rules with each verdict, faults, ends of runs, reasons of failures. */
import { TRIGGER_RULE_NAMES } from '../../engine/core/trigger-rule.ts';
import type { Evidence, RunEvidence } from './evidence.ts';
import { FAULT_NAMES } from './faults.ts';
import { Pairs } from './features/pairs.ts';
import type { Outcome } from './simulate.ts';

const NODE_EVENTS = [
  'queued',
  'running',
  'retrying',
  'waiting',
  'succeeded',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
];
const RUN_ENDS = ['succeeded', 'failed', 'cancelled'];
const CODES = [
  'exit_code',
  'timeout',
  'queue_timeout',
  'worker_lost',
  'unresolved_reference',
  'fan_out_failed',
  'failed',
];
/** Rules that have no other verdict than run. */
const ALWAYS_RUN = ['all_done', 'always'];

/** Everything that must be reached by some seed, by group. */
export const GOALS: readonly string[] = [
  ...NODE_EVENTS.map((state) => `node ${state}`),
  'node pending',
  'node blocked',
  ...RUN_ENDS.map((status) => `run ${status}`),
  ...TRIGGER_RULE_NAMES.map((rule) => `rule ${rule}: run`),
  ...TRIGGER_RULE_NAMES.filter((rule) => !ALWAYS_RUN.includes(rule)).map((rule) => `rule ${rule}: not run`),
  ...FAULT_NAMES.map((fault) => `fault ${fault}`),
  ...CODES.map((code) => `error ${code}`),
  'run timeout',
  'late result',
  'redelivery',
  'duplicate start',
  'chain: went on',
  'chain: left behind',
  'chain: went on, then stopped',
];

/** What a few hundred seeds may leave out. */
const RARE_GOALS: readonly string[] = ['chain: went on, repeated', 'chain: went on, then another delivery'];
const MANY_SEEDS = 2_000;

export class Coverage {
  seeds = 0;
  readonly #reached = new Map<string, number>();
  readonly pairs = new Pairs();

  add({ evidence, faults }: Outcome): void {
    this.seeds++;
    this.pairs.add(evidence);
    const reached = new Set<string>([...faults.keys()].map((fault) => `fault ${fault}`));
    for (const run of evidence.runs) for (const goal of reachedBy(run)) reached.add(goal);
    if (wasBlocked(evidence)) reached.add('node blocked');
    if (evidence.requests.some(({ repeated }) => repeated.length > 0)) reached.add('duplicate start');
    for (const goal of chainGoals(evidence)) reached.add(goal);
    for (const goal of reached) this.#reached.set(goal, (this.#reached.get(goal) ?? 0) + 1);
  }

  /** Goals that no seed has reached. */
  missing(): string[] {
    const goals = this.seeds < MANY_SEEDS ? GOALS : [...GOALS, ...RARE_GOALS];
    return [...goals.filter((goal) => !this.#reached.has(goal)), ...this.pairs.missing()];
  }

  /** One line a goal: the share of seeds that reached it. */
  lines(): string[] {
    return GOALS.map((goal) => {
      const share = (this.#reached.get(goal) ?? 0) / Math.max(1, this.seeds);
      return `${(share * 100).toFixed(1).padStart(6)} %  ${goal}`;
    });
  }
}

function* reachedBy(run: RunEvidence): Iterable<string> {
  const { plan } = run.workflow;
  yield 'node pending';
  for (const { type, node, detail } of run.events) {
    const step = type.slice(type.indexOf('.') + 1);
    if (type.startsWith('node.')) yield `node ${step === 'started' ? 'running' : step}`;
    if (type.startsWith('run.') && RUN_ENDS.includes(step)) yield `run ${step}`;
    if (type === 'run.cancelling' && detail?.reason === 'run_timeout') yield 'run timeout';
    if (type === 'node.late') yield 'late result';
    if (type === 'node.started' && (detail?.delivery ?? 0) > 1) yield 'redelivery';
    if (detail?.error) yield `error ${detail.error.code}`;
    const task = node === undefined ? undefined : plan.tasks[node];
    if (!task || run.byNode.get(node ?? -1)?.[0]?.type !== type || task.edges.length === 0) continue;
    if (step === 'queued' || step === 'expanded') yield `rule ${task.triggerRule}: run`;
    const hasCondition = task.if !== undefined;
    if (step === 'upstream_failed' || (step === 'skipped' && !hasCondition))
      yield `rule ${task.triggerRule}: not run`;
  }
}

/** A blocked node has no event; its record says so. State 1 is `blocked`. */
function wasBlocked({ history }: Evidence): boolean {
  return history.some(
    (entry) =>
      entry.kind === 'commit' &&
      entry.commit.runs.some(({ records }) =>
        records.some(({ bytes }) => bytes.some((byte, i) => i % 32 === 0 && byte === 1)),
      ),
  );
}

/** What became of nodes that were joined to others. */
function* chainGoals({ history }: Evidence): Iterable<string> {
  const joined = new Set<string>();
  const begun = new Set<string>();
  for (const entry of history) {
    if (entry.kind === 'claim' && entry.joined) {
      yield entry.repeated ? 'chain: went on, repeated' : 'chain: went on';
      begun.add(entry.flight);
    } else if (entry.kind === 'claim' && begun.has(entry.flight))
      yield 'chain: went on, then another delivery';
    if (entry.kind !== 'commit') continue;
    for (const [flight, value] of entry.commit.flights.set) {
      if (value.startsWith('j')) joined.add(flight);
      if (value.startsWith('x') && begun.has(flight)) yield 'chain: went on, then stopped';
    }
    for (const flight of entry.commit.flights.remove)
      if (joined.has(flight) && !begun.has(flight)) yield 'chain: left behind';
  }
}
