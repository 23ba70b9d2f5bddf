/** An explanation says "it would run now" exactly when the engine, asked now, starts it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleTurn, Turn } from '../../../../engine/core/decide/index.ts';
import { explainNode } from '../../../../engine/core/explain/index.ts';
import { packRecord, RECORD_BYTES } from '../../../../engine/core/node-record.ts';
import { isEnded } from '../../../../engine/core/node-state.ts';
import { newRunState, type RunState, restoreRunState } from '../../../../engine/core/run-state.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import { TRIGGER_RULE_NAMES } from '../../../../engine/core/trigger-rule.ts';
import { aPlan, aTask, type NeedDraft, START_MS, type TaskDraft } from '../../../support/run-builder.ts';
import { ACTIONS, ShardRig } from '../../../support/shard-rig.ts';
import { someFacts } from './some-facts.ts';

const INPUTS = { yes: true, no: false, two: [1, 2], none: [] };

const need = (count: number): fc.Arbitrary<NeedDraft> =>
  fc
    .record({ at: fc.nat(count - 1), kind: fc.constantFrom('plain', 'plain', 'when', 'optional') })
    .map(({ at, kind }): NeedDraft => {
      const task = `t${at}`;
      if (kind === 'when') return { task, when: ['failure'] };
      return kind === 'optional' ? { task, optional: true } : task;
    });

const aDraft = (at: number): fc.Arbitrary<TaskDraft> =>
  fc
    .record({
      needs:
        at === 0
          ? fc.constant([])
          : fc.uniqueArray(need(at), {
              maxLength: 3,
              selector: (one) => (typeof one === 'string' ? one : one.task),
            }),
      rule: fc.constantFrom(...TRIGGER_RULE_NAMES),
      condition: fc.constantFrom(undefined, undefined, 'inputs.yes', 'inputs.no', 'tasks.t0.outputs.nope'),
      items: fc.constantFrom(
        undefined,
        undefined,
        [1, 2, 3],
        '${{ inputs.two }}',
        '${{ inputs.none }}',
        '${{ inputs.yes }}',
      ),
      maxParallel: fc.constantFrom(undefined, 1, 2),
      limit: fc.constantFrom(undefined, undefined, undefined, 'x', '${{ inputs.nope }}'),
    })
    .map(({ needs, rule, condition, items, maxParallel, limit }) =>
      aTask(`t${at}`, needs, {
        triggerRule: needs.length === 0 ? 'all_success' : rule,
        ...(condition === undefined ? {} : { if: condition }),
        ...(limit === undefined ? {} : { concurrency: [{ key: limit, limit: 1 }] }),
        ...(items === undefined
          ? {}
          : { fanOut: { kind: 'foreach', items }, ...(maxParallel === undefined ? {} : { maxParallel }) }),
      }),
    );

const aCase = fc.record({
  tasks: fc.tuple(...[0, 1, 2, 3, 4].map(aDraft)),
  maxParallel: fc.constantFrom(undefined, 1, 3),
  steps: fc.array(fc.record({ pick: fc.nat(20), fails: fc.boolean() }), { maxLength: 6 }),
  ends: fc.array(
    fc.record({
      pick: fc.nat(20),
      as: fc.constantFrom('succeeded' as const, 'failed' as const, 'skipped' as const),
    }),
    { maxLength: 3 },
  ),
  isFresh: fc.boolean(),
  isPaused: fc.constantFrom(false, false, false, false, true),
  isCancelled: fc.constantFrom(false, false, false, true),
});

type Case = typeof aCase extends fc.Arbitrary<infer C> ? C : never;

describe('would_run', () => {
  it('is true exactly of the nodes that the engine starts, in any state that a run can be stored in', () => {
    let started = 0;
    fc.assert(
      fc.property(aCase, (given) => {
        const stored = storedState(given);
        stored().nodes.forEach((record, index) => {
          if (record.state !== 'pending' && record.state !== 'blocked') return;
          const said = explainNode(stored(), index, someFacts())?.would_run;
          const done = isStarted(stored(), index);
          if (done) started++;
          expect({ index, said }, JSON.stringify(given)).toEqual({ index, said: done });
        });
      }),
      { numRuns: 700 },
    );
    expect(started).toBeGreaterThan(60);
  });
});

/** A run after some of its nodes were done, with ends of which nothing has followed yet. Makes a fresh one each time. */
function storedState({
  tasks,
  maxParallel,
  steps,
  ends,
  isCancelled,
  isPaused,
  isFresh,
}: Case): () => RunState {
  const plan = aPlan(tasks, maxParallel === undefined ? {} : { maxParallel });
  const rig = new ShardRig(plan, { inputs: INPUTS }).start();
  for (const { pick, fails } of isFresh ? [] : steps) {
    const names = openNames(rig.restore());
    const name = names[pick % names.length];
    if (name === undefined) break;
    if (fails) rig.fail(name);
    else rig.succeed(name);
  }
  const run = isFresh ? newRunState(rig.restore().header, plan, () => 1_000) : rig.restore();
  const header = { ...run.header, nodes: run.nodes.length };
  for (const { pick, as } of ends) {
    const open = run.nodes.filter(
      ({ state }, i) => (state === 'queued' || isFresh) && (i >= plan.tasks.length || !plan.tasks[i]?.fanOut),
    );
    const record = open[pick % open.length];
    if (record) record.state = as;
  }
  if (isPaused) header.paused = { at: START_MS };
  if (isCancelled) header.cancel = { at: START_MS, graceMs: 0, code: 'cancelled' };
  const records = new Uint8Array(run.nodes.length * RECORD_BYTES);
  for (const [i, record] of run.nodes.entries())
    packRecord(record, header.createdAt, new DataView(records.buffer), i * RECORD_BYTES);
  const outputs = new Map([...run.outputs].map(([node, left]) => [node, JSON.stringify(left)]));
  return () => restoreRunState({ ...header }, plan, { records, outputs }, () => 1_000);
}

function openNames({ nodes, plan }: RunState): string[] {
  return nodes.flatMap((record, i) => {
    const task = plan.tasks[record.task];
    if (record.state !== 'queued' || !task) return [];
    return [i < plan.tasks.length ? task.id : `${task.id}[${record.item}]`];
  });
}

/** Lets the engine decide about this node alone. */
function isStarted(run: RunState, index: number): boolean {
  const before = run.nodes[index]?.state;
  const isFront = run.frontier.includes(index);
  const isHeld = run.held.includes(index);
  run.frontier.splice(0, run.frontier.length, ...(isFront ? [index] : []));
  run.held.splice(0, run.held.length, ...(isHeld ? [index] : []));
  run.expanding.clear();
  // What follows from the ends of others is not asked here; that its own fan-out is being stopped is.
  const task = run.nodes[index]?.task ?? -1;
  for (const stopped of [...run.stopping])
    if (stopped !== task || index < run.plan.tasks.length) run.stopping.delete(stopped);
  const shard = newShardState(0, ACTIONS);
  adoptRun(shard, run, new Map(), START_MS);
  const turn = new Turn(shard, START_MS);
  settleTurn(turn, () => 0);
  const after = run.nodes[index]?.state ?? 'pending';
  // A fan-out has started also when all that it made has ended at once.
  if (run.nodes[index]?.expanded && before === 'pending') return true;
  if (after === before || after === 'blocked') return false;
  return !isEnded(after);
}
