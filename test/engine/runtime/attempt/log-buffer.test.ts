import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../engine/memory/index.ts';
import type { LogBatching, LogLine, LogStore } from '../../../../engine/ports/log-store.ts';
import { SILENT } from '../../../../engine/ports/logger.ts';
import { AlarmLoop } from '../../../../engine/runtime/alarm-loop.ts';
import { LogBuffer } from '../../../../engine/runtime/attempt/log-buffer.ts';
import { UnstoredLogs } from '../../../../engine/runtime/attempt/unstored-logs.ts';
import { calm } from '../worker-rig.ts';

/** A log store whose appends the test answers: by itself, with a failure, or not before it is told. */
function aBuffer(batching?: LogBatching) {
  const clock = createManualClock(1_000_000);
  const batches: Omit<LogLine, 'id'>[][] = [];
  const tried: Omit<LogLine, 'id'>[][] = [];
  const failures: unknown[] = [];
  const gate = { isDown: false, answer: Promise.resolve() };
  const logs: LogStore = {
    ...(batching && { batching }),
    append: async (_name, lines) => {
      tried.push([...lines]);
      await gate.answer;
      if (gate.isDown) throw new Error('away');
      batches.push([...lines]);
    },
    read: async () => [],
  };
  const alarms = new AlarmLoop(clock);
  const name = { run: 'r', node: 0, attempt: 1 };
  const said: string[] = [];
  const unstored = new UnstoredLogs({
    ...SILENT,
    error: (message, fields) => said.push(`${message} ${JSON.stringify(fields)}`),
  });
  const onFailure = (error: unknown) => failures.push(error);
  const buffer = new LogBuffer({ name, logs, clock, alarms, onFailure, unstored });
  const texts = () => batches.flat().map((line) => line.text);
  const write = (count: number, from = 0) => {
    for (let i = from; i < from + count; i++) buffer.line('stdout', `line ${i}`);
  };
  return { clock, buffer, batches, tried, failures, gate, texts, write, unstored, said };
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

describe('a log buffer', () => {
  it('sends lines together, 200 ms after the first', async () => {
    const { clock, batches, write } = aBuffer();
    write(2);
    await clock.advance(100);
    write(1, 2);
    await clock.advance(99);
    expect(batches).toEqual([]);
    await clock.advance(1);
    expect(batches.map((batch) => batch.length)).toEqual([3]);
  });

  it('sends at once when 100 lines wait', async () => {
    const { batches, write } = aBuffer();
    write(100);
    await calm();
    expect(batches.map((batch) => batch.length)).toEqual([100]);
  });

  it('keeps the order with one batch at a time, and has sent all when it has finished', async () => {
    const { buffer, batches, texts, write } = aBuffer();
    write(550);
    await buffer.finish();
    expect(texts()).toEqual(numbered(0, 550));
    expect(batches.every((batch) => batch.length <= 100)).toBe(true);
  });

  it('keeps 1,000 lines while the store is slow; a note stands for the older ones', async () => {
    const { buffer, clock, gate, texts, write } = aBuffer();
    let open = () => {};
    gate.answer = new Promise((resolve) => {
      open = resolve;
    });
    write(100);
    write(1_500, 100);
    open();
    await buffer.finish();
    await clock.advance(10_000);
    expect(texts()).toEqual([
      ...numbered(0, 100),
      '… 500 lines are missing here: they came faster than the log store took them',
      ...numbered(600, 1_600),
    ]);
  });

  it('bounds long lines by their characters', async () => {
    const { buffer, clock, gate, batches } = aBuffer();
    gate.isDown = true;
    for (let i = 0; i < 100; i++) buffer.line('stdout', 'x'.repeat(64 * 1024));
    await clock.advance(1_000);
    gate.isDown = false;
    await clock.advance(5_000);
    const kept = batches.flat().filter((line) => line.stream === 'stdout');
    expect(kept.length).toBeGreaterThan(30);
    expect(kept.length).toBeLessThan(63);
    expect(batches.flat()[0]?.text).toContain(`${100 - kept.length} lines are missing`);
  });

  it('sends again what the store did not take, without haste', async () => {
    const { clock, failures, gate, texts, write } = aBuffer();
    gate.isDown = true;
    write(5);
    await clock.advance(200);
    write(200, 5);
    await clock.advance(9_800);
    expect(failures.length).toBeGreaterThan(10);
    expect(failures.length).toBeLessThanOrEqual(20);
    gate.isDown = false;
    await clock.advance(1_000);
    expect(texts()).toEqual(numbered(0, 205));
  });

  it('sends the same lines again, as they were, before any others', async () => {
    const { clock, batches, gate, tried, write } = aBuffer();
    gate.isDown = true;
    write(5);
    await clock.advance(200);
    write(1_500, 5);
    await clock.advance(1_000);
    gate.isDown = false;
    await clock.advance(2_000);
    const lengths = tried.map((batch) => batch.length);
    expect(lengths.filter((length) => length === 5).length).toBe(lengths.length - batches.length + 1);
    expect(batches[0]?.map(({ text }) => text)).toEqual(numbered(0, 5));
    expect(batches[1]?.[0]?.text).toContain('500 lines are missing');
  });

  it('waits as long for as much as the store says', async () => {
    const { clock, batches, write, buffer } = aBuffer({ everyMs: 1_000, lines: 50, characters: 1_000 });
    write(2);
    await clock.advance(999);
    expect(batches).toEqual([]);
    await clock.advance(1);
    write(49, 2);
    await clock.advance(900);
    expect(batches.map(({ length }) => length)).toEqual([2]);
    write(1, 51);
    await calm();
    expect(batches.map(({ length }) => length)).toEqual([2, 50]);
    buffer.line('stdout', 'x'.repeat(999));
    await calm();
    buffer.line('stdout', 'xx');
    await calm();
    expect(batches.map(({ length }) => length)).toEqual([2, 50, 2]);
    for (let i = 0; i < 9; i++) buffer.line('stdout', 'x'.repeat(400));
    await buffer.finish();
    expect(batches.slice(3).map(({ length }) => length)).toEqual([3, 3, 3]);
  });

  it('keeps its caller waiting for one second at most and sends the rest afterwards', async () => {
    const { buffer, clock, gate, texts, write } = aBuffer();
    gate.isDown = true;
    write(5);
    let hasFinished = false;
    void buffer.finish().then(() => {
      hasFinished = true;
    });
    await clock.advance(999);
    expect(hasFinished).toBe(false);
    await clock.advance(1);
    expect(hasFinished).toBe(true);
    gate.isDown = false;
    await clock.advance(1_000);
    expect(texts()).toEqual(numbered(0, 5));
  });

  it('gives up on the store a minute after the end, and says how many lines are lost', async () => {
    const { buffer, clock, failures, gate, said, unstored, write } = aBuffer();
    gate.isDown = true;
    write(5);
    await clock.advance(200);
    write(1_200, 5);
    void buffer.finish();
    await clock.advance(62_000);
    const count = failures.length;
    await clock.advance(60_000);
    expect(failures.length).toBe(count);
    expect(said).toEqual([
      'lines of a log are lost: the log store did not take them {"run":"r","node":0,"attempt":1,"lines":1205}',
    ]);
    await unstored.empty();
  });
});
