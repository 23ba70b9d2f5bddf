/** The judge itself is judged: good histories pass, and each planted wrong is caught by the invariant that forbids it. */
import { describe, expect, it } from 'vitest';
import {
  aLine,
  evidenceWith,
  nodesWith,
  START,
  when,
  withLines,
  withRows,
  withView,
  worked,
} from './a-history.ts';
import { checkAll, INVARIANTS } from './checker/index.ts';
import type { Evidence, Told } from './evidence.ts';

const killed = (worker: number, from: number, to?: number) =>
  ({
    worker,
    kind: to === undefined ? 'killed' : 'frozen',
    from,
    ...(to === undefined ? {} : { to }),
  }) as const;
const cancelled = (at: number): Told[] => [
  { what: 'start', answer: 'yes', askedAt: START - 5, at: START },
  { what: 'cancel', answer: 'yes', askedAt: at - 5, at },
];
const lostThree = { error: { code: 'worker_lost', message: '3 workers died' } };

/** What is planted, the invariant that must catch it, and a part of what it must say. */
const PLANTED: readonly (readonly [what: string, invariant: string, says: string, evidence: Evidence])[] = [
  [
    'a run that was answered and is gone',
    'kept',
    'no such run',
    evidenceWith({ view: undefined, history: [] }),
  ],
  ['a run of another workflow', 'kept', 'run of other', withView({ workflow: 'other' })],
  ['a run that hangs', 'ended', 'it did not end', withView({ status: 'running' })],
  ['a node that hangs', 'ended', 'd did not end', withView({ nodes: nodesWith('d', { status: 'queued' }) })],
  ['a client that is told another end', 'ended', 'the history says', withView({ status: 'failed' })],
  [
    'a lost event',
    'sequence',
    'event 5 has the seq 6',
    evidenceWith({ history: evidenceWith().runs[0]?.history.filter(({ seq }) => seq !== 5) ?? [] }),
  ],
  [
    'an event after the end',
    'sequence',
    'follows run.succeeded',
    withRows((rows) => rows.push(['node.queued', 'd', 2])),
  ],
  [
    'a second end of the run',
    'sequence',
    'run.failed (20) follows',
    withRows((rows) => rows.push(['run.failed'])),
  ],
  [
    'a node that settles twice',
    'settled',
    'd settled 2 times',
    withRows((rows) => rows.splice(16, 0, ['node.succeeded', 'd', 1])),
  ],
  [
    'a success that turns into a failure',
    'settled',
    'node.succeeded (16), node.failed (17)',
    withRows((rows) => rows.splice(16, 0, ['node.failed', 'd', 1])),
  ],
  [
    'a node that is tried again after its end',
    'settled',
    'follows its end',
    withRows((rows) => rows.splice(16, 0, ['node.retrying', 'd', 1])),
  ],
  [
    'a success that its worker was told of and that is a failure',
    'stays',
    'worker 7 was told that d had succeeded',
    withView({ nodes: nodesWith('d', { status: 'failed', outputs: {} }) }),
  ],
  [
    'a success that a client saw and that has another result',
    'stays',
    'a client was told that a',
    withView({ nodes: nodesWith('a', { outputs: { token: 't-a-2' } }) }),
  ],
  [
    'a node that is queued before its need ends',
    'order',
    'node.queued of c (6) is before the end of b',
    withRows((rows) => rows.splice(5, 0, ['node.queued', 'c', 1])),
  ],
  [
    'work that begins before the work it needs',
    'order',
    'd began its work before c',
    withLines((lines) =>
      lines.map((line) =>
        line.node === 'd' && line.what === 'start' ? { ...line, at: when('node.queued', 'c') + 5 } : line,
      ),
    ),
  ],
  [
    'work that is handed what nobody returned',
    'order',
    'was handed t-ghost of c',
    withLines((lines) =>
      lines.map((line) => (line.node === 'd' ? { ...line, given: { c: 't-ghost' } } : line)),
    ),
  ],
  [
    'work that is handed the result of another',
    'order',
    'it is that of a',
    withLines((lines) =>
      lines.map((line) => (line.node === 'd' ? { ...line, given: { c: 't-a-1' } } : line)),
    ),
  ],
  [
    'a node that is skipped for no reason',
    'outcome',
    'e ended as skipped',
    withRows((rows) => rows.splice(16, 2, ['node.skipped', 'e'])),
  ],
  [
    'a failure where the reference says success',
    'outcome',
    'd ended as failed',
    withRows((rows) => rows.splice(15, 1, ['node.failed', 'd', 1])),
  ],
  [
    'a cancelled run that is called a success',
    'outcome',
    'is succeeded',
    withRows((rows) => rows.splice(14, 0, ['run.cancelling']), { told: cancelled(START + 1_395) }),
  ],
  [
    'worker_lost without a lost worker',
    'lost',
    'its worker 7 was left in peace',
    withRows((rows) => rows.splice(15, 1, ['node.failed', 'd', 1, lostThree])),
  ],
  [
    'a success without work',
    'work',
    'nobody did that work',
    withLines((lines) => lines.filter(({ node }) => node !== 'e')),
  ],
  [
    'the result of another node',
    'work',
    'd has the result of c',
    withView({ nodes: nodesWith('d', { outputs: { token: 't-c-2' } }) }),
  ],
  [
    'work that is done twice without a reason',
    'work',
    'although its worker 7 was left in peace',
    withLines((lines) => [...lines, aLine('start', 'd', { worker: 6, token: 't-d-0', delivery: 2 })]),
  ],
  [
    'one delivery that works twice',
    'work',
    'began twice in delivery 1',
    withLines((lines) => [...lines, aLine('start', 'd', { worker: 6, token: 't-d-0' })]),
  ],
  [
    'an attempt that nothing called for',
    'work',
    'd began attempt 2 although',
    withLines((lines) => [
      ...lines,
      aLine('start', 'd', { attempt: 2, at: when('node.queued', 'd') + 20, token: 't-d-2' }),
    ]),
  ],
  [
    'work that begins after its success',
    'after_success',
    'ms after its success',
    withLines((lines) => [
      ...lines,
      aLine('start', 'a', { worker: 6, delivery: 2, at: START + 1_000, token: 't-a-0' }),
    ]),
  ],
  [
    'work that begins after a cancel',
    'cancel',
    'after the cancel was answered',
    evidenceWith({ told: cancelled(START - 2_000) }),
  ],
  [
    'a cancel that is forgotten',
    'cancel',
    'the history knows of no cancel',
    evidenceWith({ told: cancelled(START + 1_700) }),
  ],
  [
    'a limit that is exceeded',
    'limits',
    'which allows 1',
    withLines((lines) =>
      lines.map((line) =>
        line.node === 'b[0]' && line.what === 'end'
          ? { ...line, at: when('node.queued', 'b[1]') + 20 }
          : line,
      ),
    ),
  ],
  [
    'a flight that is left',
    'leftovers',
    '1 flights of shard 3',
    evidenceWith({}, { left: ['1 flights of shard 3'] }),
  ],
];

describe('the checker of chaos', () => {
  it('finds nothing wrong with a good history', () => {
    expect(checkAll(evidenceWith())).toEqual([]);
  });

  it.each(PLANTED)('catches %s', (_, invariant, says, evidence) => {
    const found = checkAll(evidence).filter((violation) => violation.invariant === invariant);
    expect(found.map(({ what }) => what).join('\n')).toContain(says);
  });

  it('has a planted history for each invariant', () => {
    const planted = new Set(PLANTED.map(([, invariant]) => invariant));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  it('lets work of a killed worker be done again', () => {
    const lines = [aLine('start', 'd', { worker: 6, token: 't-d-0', at: when('node.queued', 'd') + 1 })];
    const again = (disturbances: Evidence['disturbances']) =>
      withLines(
        (all) => [
          ...lines,
          ...all.filter(({ node }) => node !== 'd'),
          ...worked('d', { delivery: 2, given: { c: 't-c-2' } }),
        ],
        { disturbances },
      );
    expect(checkAll(again([killed(6, when('node.queued', 'd') + 5)]))).toEqual([]);
    expect(checkAll(again([]))).not.toEqual([]);
  });

  it('blames nobody for what Redis forgot when it was killed', () => {
    const told = [{ what: 'start', answer: 'yes', askedAt: START - 5, at: START }] as const;
    const gone = { told, view: undefined, history: [], seen: [], ledger: [] };
    expect(checkAll(evidenceWith(gone, { losses: [{ from: START - 100, to: START + 10 }] }))).toEqual([]);
    expect(checkAll(evidenceWith(gone, { losses: [{ from: START + 1, to: START + 10 }] }))).not.toEqual([]);
  });

  it('lets a frozen worker write its line late', () => {
    const late = aLine('start', 'a', { worker: 6, at: START + 1_200, token: 't-a-0', delivery: 1 });
    const evidence = withLines(
      (all) => [late, ...all.map((line) => (line.node === 'a' ? { ...line, delivery: 2 } : line))],
      { disturbances: [killed(6, START + 205, START + 1_199)] },
    );
    expect(checkAll(evidence)).toEqual([]);
  });

  it('lets a late result be written down after the end', () => {
    expect(checkAll(withRows((rows) => rows.push(['node.late', 'a', 1])))).toEqual([]);
  });

  it('lets a retry that a user asked for do things again, and its result replace the former', () => {
    const evidence = withRows((rows) =>
      rows.push(
        ['run.retried'],
        ['node.reset', 'e', undefined, { generation: 2 }],
        ['node.queued', 'e', 2],
        ['node.succeeded', 'e', 2],
        ['run.succeeded'],
      ),
    );
    const run = evidence.runs[0];
    if (run === undefined) throw new Error('there should be a run');
    const again = { attempt: 2, generation: 2, token: 't-e-2' } as const;
    const lines = (['start', 'end'] as const).map((what, i) =>
      aLine(what, 'e', { ...again, at: START + 2_110 + i * 20 }),
    );
    const view = withView({ nodes: nodesWith('e', { outputs: { token: 't-e-2' } }) }).runs[0]?.view;
    expect(checkAll({ ...evidence, runs: [{ ...run, view, ledger: [...run.ledger, ...lines] }] })).toEqual(
      [],
    );
  });

  it('lets cancelled runs end early', () => {
    const evidence = withRows(
      (rows) =>
        rows.splice(
          14,
          5,
          ['run.cancelling'],
          ['node.cancelled', 'd'],
          ['node.cancelled', 'e'],
          ['run.cancelled'],
        ),
      { told: cancelled(START + 1_420) },
    );
    const run = evidence.runs[0];
    const nodes = nodesWith('d', { status: 'cancelled', outputs: {} }).map((node) =>
      node.id === 'e' ? { ...node, status: 'cancelled' as const, outputs: {} } : node,
    );
    const view = withView({ status: 'cancelled', nodes }).runs[0]?.view;
    const ledger = run?.ledger.filter(({ node }) => node !== 'd' && node !== 'e') ?? [];
    expect(checkAll({ ...evidence, runs: run ? [{ ...run, view, ledger }] : [] })).toEqual([]);
  });
});
