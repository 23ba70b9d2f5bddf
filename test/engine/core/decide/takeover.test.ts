/** Whoever has only what was stored decides as the one who has all of it in memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRunEnded } from '../../../../engine/core/node-state.ts';
import type { RunState } from '../../../../engine/core/run-state.ts';
import { TRIGGER_RULE_NAMES } from '../../../../engine/core/trigger-rule.ts';
import { aPlan, aRetry, type NeedDraft, type TaskDraft } from '../../../support/run-builder.ts';
import { failure, ShardRig } from '../../../support/shard-rig.ts';

const ACTIONS = [
  { uses: 'work', with: { from: '${{ index }}' } },
  { uses: 'wait', with: { for: '3s' } },
  { uses: 'noop', with: {} },
  { uses: 'fail', with: { message: 'no' } },
] as const;

interface Draft {
  readonly needs: readonly { readonly from: number; readonly kind: number }[];
  readonly rule: number;
  readonly action: number;
  readonly fan: number;
  readonly perNode: boolean;
  readonly limit: number;
  readonly budget: number;
  readonly failFast: boolean;
  readonly attempts: number;
  readonly allowFailure: boolean;
  readonly condition: number;
  readonly queueTimeout: boolean;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  needs: fc.array(fc.record({ from: fc.nat(7), kind: fc.nat(5) }), { maxLength: 3 }),
  rule: fc.nat(TRIGGER_RULE_NAMES.length + 8),
  action: fc.nat(9),
  fan: fc.nat(9),
  perNode: fc.boolean(),
  limit: fc.nat(4),
  budget: fc.nat(3),
  failFast: fc.boolean(),
  attempts: fc.integer({ min: 1, max: 3 }),
  allowFailure: fc.boolean(),
  condition: fc.nat(8),
  queueTimeout: fc.boolean(),
});

const EDGES: readonly Partial<Exclude<NeedDraft, string>>[] = [
  {},
  {},
  { when: ['failure', 'skipped'] },
  { when: ['done'] },
  { optional: true },
  { data: true },
];

function taskOf(made: Draft, index: number): TaskDraft {
  const froms = new Map(made.needs.filter(({ from }) => from < index).map((need) => [need.from, need]));
  const needs = [...froms.values()].map(({ from, kind }) => ({ task: `t${from}`, ...EDGES[kind] }));
  const isFan = made.fan < 5;
  const action = made.action > 3 ? { uses: 'work', with: {} } : ACTIONS[made.action];
  const conditions = ['true', 'false', 'inputs.gone', ...(isFan && made.perNode ? ['index > 1'] : [])];
  const condition = conditions[made.condition];
  return {
    id: `t${index}`,
    needs,
    triggerRule: (needs.length > 0 && TRIGGER_RULE_NAMES[made.rule]) || 'all_success',
    action: isFan
      ? (action ?? { uses: 'noop', with: {} })
      : { uses: action?.uses ?? 'noop', with: action?.uses === 'work' ? {} : (action?.with ?? {}) },
    ...(isFan ? { fanOut: { kind: 'foreach', items: `\${{ range(0, ${made.fan}) }}` } } : {}),
    ...(condition === undefined
      ? {}
      : { if: condition, ...(condition.includes('index') ? { ifPerNode: true } : {}) }),
    ...(made.limit > 0 ? { maxParallel: made.limit } : {}),
    maxFailures: { count: made.budget },
    failFast: made.failFast,
    retry: aRetry(made.attempts, { on: "error.code != 'final'" }),
    allowFailure: made.allowFailure,
    ...(made.queueTimeout ? { queueTimeoutMs: 60_000 } : {}),
  };
}

/** What happens next: the earliest of the open flights by name, as long as there is one; else time moves on. */
function step(rig: ShardRig, dice: (name: string) => number): void {
  const open = rig.tickets.filter(({ run, node, generation, attempt }) =>
    /^[scx]/.test(rig.flights.get(`${run}:${node}:${generation}:${attempt}`) ?? ''),
  );
  const named = open.map(({ task, index, attempt }) => ({
    node: index === undefined ? task : `${task}[${index}]`,
    attempt,
  }));
  const next = named.sort((a, b) => (a.node < b.node ? -1 : 1))[0];
  if (!next) return void rig.wait(2_000);
  const roll = dice(`${next.node}/${next.attempt}`);
  if (roll < 6) rig.succeed(next.node, { x: roll });
  else if (roll < 9) rig.fail(next.node, { exit_code: roll });
  else if (roll < 10)
    rig.deliver(rig.outcome(next.node, failure({ exit_code: 1 })), { type: 'start', run: rig.runId });
  else if (rig.flights.get(rig.keyOf(next.node))?.startsWith('s')) rig.claim(next.node);
  else rig.succeed(next.node);
}

/** The derived part of a run, in a form that does not depend on how it came about. */
function derived(run: RunState) {
  const sorted = (numbers: Iterable<number>) => [...new Set(numbers)].sort((a, b) => a - b);
  return {
    active: run.active,
    openTasks: run.openTasks,
    held: sorted(run.held.filter((node) => run.nodes[node]?.state === 'blocked')),
    tasks: run.tasks.map(({ counts, fan }) => ({
      counts,
      fan: fan && { ...fan, items: undefined },
    })),
  };
}

function play(
  rig: ShardRig,
  dice: (name: string) => number,
  cancelAt: number,
  look: (rig: ShardRig) => void,
): void {
  rig.start();
  for (let i = 0; !isRunEnded(rig.header.status); i++) {
    if (i > 2_000) throw new Error('the run does not end');
    if (i === cancelAt) rig.cancel(500);
    else step(rig, dice);
    if (!isRunEnded(rig.header.status)) look(rig);
  }
}

function ends(rig: ShardRig) {
  const { header, nodes } = rig.restore();
  const ended = nodes.map(({ state, task, item, attempt, choice }) => ({
    state,
    task,
    item,
    attempt,
    choice,
  }));
  const sorted = ended.sort((a, b) => a.task - b.task || a.item - b.item);
  return { status: header.status, error: header.error, outputs: header.outputs, nodes: sorted };
}

const world = fc.record({
  drafts: fc.array(draft, { minLength: 1, maxLength: 8 }),
  maxParallel: fc.nat(4),
  salt: fc.nat(1_000),
  cancelAt: fc.oneof(fc.constant(-1), fc.constant(-1), fc.nat(12)),
});

const planOf = ({ drafts, maxParallel }: { drafts: readonly Draft[]; maxParallel: number }) =>
  aPlan(
    drafts.map((made, i) => taskOf(made, i)),
    { outputs: { x: '${{ default(tasks.t0.status, null) }}' }, ...(maxParallel > 0 ? { maxParallel } : {}) },
  );

/**
 * Among nodes that became ready in the same moment a rebuilt run may begin with another one, where not all may run at once. Who is
 * cancelled by a fail-fast that comes between is then another, too.
 */
function inAnyOrder(made: { readonly drafts: readonly Draft[]; readonly maxParallel: number }) {
  const isHeldBack = made.maxParallel > 0 || made.drafts.some(({ limit }) => limit > 0);
  return isHeldBack ? { ...made, drafts: made.drafts.map((one) => ({ ...one, failFast: false })) } : made;
}

function diceOf(salt: number): (name: string) => number {
  return (name) => {
    let hash = salt;
    for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    return ((hash ^ (hash >>> 15)) >>> 0) % 11;
  };
}

describe('a run rebuilt from what was stored', () => {
  it('stands as the run in memory, after every commit', () => {
    fc.assert(
      fc.property(world, (made) => {
        const rig = new ShardRig(planOf(made));
        play(rig, diceOf(made.salt), made.cancelAt, ({ run }) =>
          expect(derived(rig.restore())).toEqual(derived(run)),
        );
        expect([rig.flights.size, rig.timers.size]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it('comes to the same end with the same attempts, although it is rebuilt before every turn', () => {
    fc.assert(
      fc.property(world, (made) => {
        const plan = planOf(inAnyOrder(made));
        const kept = new ShardRig(plan);
        const rebuilt = new ShardRig(plan, { forgetful: true });
        play(kept, diceOf(made.salt), -1, () => {});
        play(rebuilt, diceOf(made.salt), -1, () => {});
        expect(ends(rebuilt)).toEqual(ends(kept));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a task that was not written', () => {
  it('is restored as it was, also before one that was', () => {
    const rig = new ShardRig(aPlan([{ id: 'late', needs: ['early'] }, 'early'])).start();
    expect(rig.restore().nodes[0]).toEqual(rig.run.nodes[0]);
    rig.load();
    expect(rig.succeed('early').succeed('late').header.status).toBe('succeeded');
    expect(rig.tickets.map(({ generation }) => generation)).toEqual([1, 1]);
  });
});
