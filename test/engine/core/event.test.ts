import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TASK_ERROR_CODES, type TaskErrorCode } from '../../../engine/core/errors.ts';
import { EVENT_TYPES, type EventRecord, packEvents, unpackEvents } from '../../../engine/core/event.ts';

const detail = fc.record(
  {
    worker: fc.string(),
    error: fc.record(
      {
        code: fc.constantFrom(...(Object.keys(TASK_ERROR_CODES) as TaskErrorCode[])),
        message: fc.string(),
        exit_code: fc.nat(255),
      },
      { requiredKeys: ['code', 'message'] },
    ),
    count: fc.nat(),
    until: fc.nat(),
    delivery: fc.nat(9),
    reason: fc.string(),
  },
  { requiredKeys: [] },
);
const at = fc.nat(1_000_000).map((ms) => 1_700_000_000_000 + ms);
const type = fc.constantFrom(...EVENT_TYPES);
const ofRun = fc.record({ type, at, detail }, { requiredKeys: ['type', 'at'] });
const ofNode = fc.record(
  { type, at, detail, node: fc.nat(100_000), attempt: fc.integer({ min: 1, max: 65_535 }) },
  { requiredKeys: ['type', 'at', 'node'] },
);

it('reads packed events as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(ofRun, ofNode)), fc.integer({ min: 1, max: 1e9 }), (drafts, first) => {
      const events = drafts.map(({ detail: given, ...rest }, i): EventRecord => {
        const some = given !== undefined && Object.keys(given).length > 0;
        return { seq: first + i, ...rest, ...(some ? { detail: given } : {}) };
      });
      expect(unpackEvents(packEvents(events), first)).toEqual(events);
    }),
  );
});

it('takes few bytes for what is common', () => {
  const events = Array.from({ length: 1_000 }, (_, i): EventRecord[] => [
    { seq: 0, type: 'node.queued', node: i, attempt: 1, at: 1_700_000_000_000 },
    {
      seq: 0,
      type: 'node.started',
      node: i,
      attempt: 1,
      at: 1_700_000_000_100 + i,
      detail: { worker: 'host-4711' },
    },
    { seq: 0, type: 'node.succeeded', node: i, attempt: 1, at: 1_700_000_000_200 + i },
  ]).flat();
  expect(packEvents(events).length / events.length).toBeLessThan(18);
});
