/** The judge itself is judged: a good run passes, and each kind of wrong is named. */
import { describe, expect, it } from 'vitest';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import type { LedgerLine } from '../support/cluster/ledger.ts';
import type { Step } from '../support/cluster/workflow.ts';
import { type Evidence, findViolations } from './check.ts';

const STEPS: readonly Step[] = [{ id: 'a' }, { id: 'b', needs: ['a'], nodes: 2 }, { id: 'c', needs: ['b'] }];
const START = Date.parse('2026-01-01T00:00:00Z');

const EVENTS: readonly (readonly [type: string, node: string | null])[] = [
  ['run.created', null],
  ['node.queued', 'a'],
  ['node.succeeded', 'a'],
  ['node.expanded', 'b'],
  ['node.queued', 'b[0]'],
  ['node.queued', 'b[1]'],
  ['node.succeeded', 'b[1]'],
  ['node.succeeded', 'b[0]'],
  ['node.succeeded', 'b'],
  ['node.queued', 'c'],
  ['node.succeeded', 'c'],
  ['run.succeeded', null],
];

function historyOf(events: typeof EVENTS): EventView[] {
  return events.map(([type, node], at) => {
    return {
      seq: at + 1,
      type,
      node,
      attempt: node === null ? null : 1,
      at: new Date(START + at * 10).toISOString(),
    };
  });
}

/** Work between being queued and success: 2 ms after the one, 2 ms before the other. */
function aLine(node: string, what: LedgerLine['what'], change: Partial<LedgerLine> = {}): LedgerLine {
  const [task = '', index] = node.replace(']', '').split('[');
  const event = EVENTS.findIndex(
    ([type, of]) => of === node && type === (what === 'start' ? 'node.queued' : 'node.succeeded'),
  );
  const at = START + event * 10 + (what === 'start' ? 2 : -2);
  return {
    run: 'r',
    task,
    index: index === undefined ? null : Number(index),
    attempt: 1,
    worker: 7,
    pid: 8,
    what,
    at,
    ...change,
  };
}

const WORK = ['a', 'b[0]', 'b[1]', 'c'].flatMap((node) => [aLine(node, 'start'), aLine(node, 'end')]);

function theEvidence(change: Partial<Evidence> = {}): Evidence {
  const nodes = ['a', 'b', 'b[0]', 'b[1]', 'c'].map((id) => ({
    id,
    task: id,
    index: null,
    status: 'succeeded' as const,
    phase: 'main' as const,
    generation: 1,
    attempts: [],
    outputs: {},
    artifacts: {},
    needs: [],
    waiting: null,
    child: null,
    cost: null,
  }));
  const told: Evidence['told'] = {
    format: 1,
    id: 'r',
    namespace: 'default',
    workflow: 'relay',
    version: 'v',
    status: 'succeeded',
    inputs: {},
    outputs: { total: 5 },
    error: null,
    parent: null,
    cost: null,
    created_at: '',
    started_at: null,
    finished_at: null,
    retried_at: null,
    progress: 1,
    eta: null,
    nodes,
  };
  return { steps: STEPS, told, history: historyOf(EVENTS), ledger: WORK, disturbed: new Set(), ...change };
}

function withEvents(change: (events: (typeof EVENTS)[number][]) => unknown): Evidence {
  const events = [...EVENTS];
  change(events);
  return theEvidence({ history: historyOf(events) });
}

describe('the judge of runs', () => {
  it('finds nothing wrong with a good run', () => {
    expect(findViolations(theEvidence())).toEqual([]);
  });

  it.each<readonly [what: string, evidence: Evidence, sentence: string]>([
    [
      'a gap in the history',
      theEvidence({ history: historyOf(EVENTS).filter(({ seq }) => seq !== 4) }),
      'event 4 has the seq 5',
    ],
    ['a history without end', withEvents((events) => events.pop()), 'the history has no end'],
    [
      'events after the end',
      withEvents((events) => events.push(['node.queued', 'c'])),
      'node.queued (13) follows the end of the run',
    ],
    [
      'two ends of a node',
      withEvents((events) => events.splice(3, 0, ['node.succeeded', 'a'])),
      'a ended 2 times',
    ],
    ['a node without end', withEvents((events) => events.splice(6, 1)), 'b[1] ended 0 times'],
    [
      'a node that starts before its needs have ended',
      withEvents((events) => events.splice(2, 0, ['node.started', 'c'])),
      'node.started of c (3) is before the end of b',
    ],
    [
      'work that begins before the work it needs is done',
      theEvidence({
        ledger: [...WORK.slice(0, 6), aLine('c', 'start', { at: START + 45 }), ...WORK.slice(7)],
      }),
      'c began its work when 0 of 2 nodes of b had done theirs',
    ],
    [
      'a node that never worked',
      theEvidence({ ledger: WORK.filter(({ task }) => task !== 'a') }),
      'a never worked',
    ],
    [
      'work done again without a reason',
      theEvidence({ ledger: [aLine('a', 'start'), ...WORK] }),
      'a ran again although its worker 7 was left in peace',
    ],
    [
      'work done again after its success',
      theEvidence({ ledger: [...WORK, aLine('a', 'start', { at: START + 100 })], disturbed: new Set([7]) }),
      'a ran 80 ms after its success',
    ],
    [
      'a client that was told something else',
      theEvidence({ told: { ...theEvidence().told, status: 'failed' } }),
      'the client was told failed, the history says run.succeeded',
    ],
    [
      'a wrong result',
      theEvidence({ told: { ...theEvidence().told, outputs: { total: 4 } } }),
      'the result is 4 and not 5',
    ],
  ])('names %s', (_, evidence, sentence) => {
    expect(findViolations(evidence)).toContain(sentence);
  });

  it('allows a late result to be recorded after the end', () => {
    expect(findViolations(withEvents((events) => events.push(['node.late', 'a'])))).toEqual([]);
  });

  it('allows work to be done again when its worker was disturbed', () => {
    const ledger = [aLine('a', 'start', { worker: 6 }), ...WORK];
    expect(findViolations(theEvidence({ ledger, disturbed: new Set([6]) }))).toEqual([]);
  });
});
