import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NO_CASE,
  type NodeRecord,
  newRecord,
  packRecord,
  RECORD_BYTES,
  unpackRecord,
} from '../../../engine/core/node-record.ts';
import { NODE_STATES } from '../../../engine/core/node-state.ts';

const BASE = Date.UTC(2026, 0, 1);
/** From here on times are kept to the second. */
const EXACT_MS = 2 ** 31 - 2;

const record = (time: fc.Arbitrary<number>): fc.Arbitrary<NodeRecord> =>
  fc.record({
    state: fc.constantFrom(...NODE_STATES),
    expanded: fc.boolean(),
    attempt: fc.nat(65_535),
    earlier: fc.nat(65_535),
    generation: fc.nat(255),
    task: fc.nat(2 ** 24 - 1),
    item: fc.nat(2 ** 24 - 1),
    queuedAt: time,
    startedAt: time,
    endedAt: time,
    firstStartedAt: time,
    deaths: fc.nat(255),
    choice: fc.oneof(fc.nat(1_000), fc.constant(NO_CASE)),
  });

function roundTrip(given: NodeRecord): NodeRecord {
  const view = new DataView(new ArrayBuffer(3 * RECORD_BYTES));
  packRecord(given, BASE, view, RECORD_BYTES);
  return unpackRecord(view, RECORD_BYTES, BASE);
}

describe('a stored record', () => {
  it('reads as it was written', () => {
    const time = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: EXACT_MS }).map((ms) => BASE + ms),
    );
    fc.assert(
      fc.property(record(time), (given) => {
        expect(roundTrip(given)).toEqual(given);
      }),
    );
  });

  it('keeps times beyond 24 days to the second, and never later than they were by more than a millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: EXACT_MS, max: 60 * 365 * 86_400_000 }), (ms) => {
        const { endedAt } = roundTrip({ ...newRecord(1), endedAt: BASE + ms });
        expect(Math.abs(BASE + ms - endedAt)).toBeLessThanOrEqual(1_000);
      }),
    );
  });

  it('keeps times in order', () => {
    fc.assert(
      fc.property(fc.nat(2 * EXACT_MS), fc.nat(2 * EXACT_MS), (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const read = roundTrip({ ...newRecord(1), startedAt: BASE + first, endedAt: BASE + last });
        expect(read.startedAt).toBeLessThanOrEqual(read.endedAt);
      }),
    );
  });

  it('does not touch its neighbours', () => {
    const bytes = new Uint8Array(3 * RECORD_BYTES).fill(7);
    packRecord(newRecord(3), BASE, new DataView(bytes.buffer), RECORD_BYTES);
    expect(
      [...bytes.slice(0, RECORD_BYTES), ...bytes.slice(2 * RECORD_BYTES)].every((byte) => byte === 7),
    ).toBe(true);
  });

  it('of an unknown state is refused with a reason', () => {
    const view = new DataView(new ArrayBuffer(RECORD_BYTES));
    view.setUint8(0, 200);
    expect(() => unpackRecord(view, 0, BASE)).toThrow(/newer version/);
  });
});
