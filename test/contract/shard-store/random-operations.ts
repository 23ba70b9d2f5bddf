/** Random operations on a shard store, over a small world, so that they meet: two shards, three runs, two flights a run. */
import * as fc from 'fast-check';

export const RUNS = [
  { number: 0, shard: 1 },
  { number: 1, shard: 1 },
  { number: 0, shard: 2 },
] as const;
export const SESSIONS = ['s1', 's|2', '__proto__'] as const;
const OWNERS = ['o1', 'o2'] as const;

const shard = fc.constantFrom(1, 2);
const run = fc.nat({ max: RUNS.length - 1 });
const node = fc.nat({ max: 1 });
const flight = fc.record({ run, node });
const session = fc.constantFrom(...SESSIONS);
const delivery = fc.integer({ min: 1, max: 3 });
/** Which of the leases got so far, counted from the newest. */
const lease = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: 3 }) },
);
const ttlMs = fc.constantFrom(3_600_000, -1);

const flightValue = fc
  .record({
    state: fc.constantFrom('s', 'c', 'x', 'd', 'j', 'j'),
    delivery,
    deaths: fc.nat({ max: 3 }),
    session,
  })
  .map(
    (parts) => `${parts.state}|${parts.delivery}|${parts.deaths}|${parts.state === 's' ? '' : parts.session}`,
  );

const runChange = fc.record({
  run,
  live: fc.constantFrom(undefined, true, false),
  header: fc.boolean(),
  records: fc.array(
    fc.record({
      start: fc.nat({ max: 8 }),
      fills: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 3 }),
    }),
    {
      maxLength: 2,
    },
  ),
  outputs: fc.array(
    fc.tuple(fc.constantFrom(0, 1, 127, 128, 300), fc.constantFrom('{}', '{"o":{"a":"ä"}}')),
    { maxLength: 3 },
  ),
  events: fc.nat({ max: 3 }),
});

const timers = fc.constantFrom('a', 'b', 'c', 'd');

/** A value that comes up `weight` times as often as another. */
const usually = <T>(value: T, weight: number) => ({ weight, arbitrary: fc.constant(value) });

const choiceKey = ({ flight: { run: ofRun, node: ofNode } }: { flight: FlightChoice }) =>
  `${ofRun}:${ofNode}`;

/** Who acts: the session and delivery that the flight names, or any. */
const actor = fc.oneof(usually('holder' as const, 2), fc.record({ session, delivery }));

const commit = fc.record({
  kind: fc.constant('commit' as const),
  lease,
  /** Added to the stored number: 1 is the next one. */
  step: fc.oneof(
    { weight: 6, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0, 2, -1) },
  ),
  /** Inbox entries to consume. */
  consume: fc.constantFrom(undefined, 1, 2, 5),
  /** Flights to expect; told as they stand, unless a value is given. */
  expect: fc.uniqueArray(fc.record({ flight, wrong: fc.oneof(usually(undefined, 8), flightValue) }), {
    maxLength: 2,
    selector: choiceKey,
  }),
  set: fc.uniqueArray(fc.record({ flight, value: fc.oneof(usually('s|0|0|', 2), flightValue) }), {
    maxLength: 3,
    selector: choiceKey,
  }),
  remove: fc.array(flight, { maxLength: 1 }),
  timers: fc.uniqueArray(fc.tuple(timers, fc.constantFrom(1, 5, 9_000_000_000_000, 9_000_000_000_001)), {
    maxLength: 2,
    selector: ([timer]) => timer,
  }),
  removeTimers: fc.array(timers, { maxLength: 1 }),
  runs: fc.uniqueArray(runChange, { maxLength: 2, selector: (change) => change.run }),
});

const operation = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('acquire' as const),
      shard,
      owner: fc.constantFrom(...OWNERS),
      ttlMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), lease, ttlMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), lease }) },
  { weight: 6, arbitrary: commit },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      run,
      fingerprint: fc.constantFrom('f1', 'f2'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('send' as const), runs: fc.array(run, { maxLength: 3 }) }),
  },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('claim' as const), flight, session }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const), flight, actor }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settleAndClaim' as const),
      flight,
      actor,
      state: fc.constantFrom('joined' as const, 'sent' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('beat' as const),
      shard,
      session,
      claims: fc.array(fc.record({ flight, delivery }), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('handBack' as const), flight, actor }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      shard,
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
export type CommitOperation = Extract<Operation, { kind: 'commit' }>;
export type FlightChoice = { readonly run: number; readonly node: number };

export type Actor = 'holder' | { readonly session: string; readonly delivery: number };

/** Sequences of 5 to 40 operations, after both shards were taken and all flights sent. */
export function randomOperations(): fc.Arbitrary<readonly Operation[]> {
  const rest = fc.array(operation, { minLength: 5, maxLength: 40, size: 'max' });
  return rest.map((operations) => [...opening(1), ...opening(2), ...operations]);
}

function opening(of: 1 | 2): readonly Operation[] {
  const runs = [0, 1, 2].filter((index) => RUNS[index]?.shard === of);
  const flights = runs.flatMap((index) => [0, 1].map((ofNode) => ({ run: index, node: ofNode })));
  return [
    { kind: 'acquire', shard: of, owner: 'o1', ttlMs: 3_600_000 },
    {
      kind: 'commit',
      lease: 0,
      step: 1,
      consume: undefined,
      expect: [],
      set: flights.map((choice) => ({ flight: choice, value: 's|0|0|' })),
      remove: [],
      timers: [],
      removeTimers: [],
      runs: [],
    },
  ];
}
