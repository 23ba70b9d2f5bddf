/**
 * What every executor promises, whatever its work is. A kind of work is described by a few options; the suite runs them.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TASK_ERROR_CODES, type TaskError } from '../../engine/core/errors.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { EngineExecutor, WorkerExecutor } from '../../engine/ports/executor.ts';
import { aBench, attempt, type Bench, processesWith, removeFolders } from '../support/execution-context.ts';

export interface WorkerCase {
  readonly executor: (environment: { readonly [name: string]: string }) => WorkerExecutor;
  /** Files of the workflow's folder. */
  readonly source: { readonly [path: string]: string };
  /** Options that succeed. */
  readonly succeeds: () => JsonObject;
  /** Options that fail with a code that is not about options. */
  readonly fails: () => JsonObject;
  /** Options that work until they are stopped; `begun` resolves when the work is under way. */
  readonly lasts: () => JsonObject;
  readonly begun: (bench: Bench) => Promise<void>;
  /** Options whose work writes the lines 0 to 99, when it has a log. */
  readonly counts?: () => JsonObject;
  /** Options whose outputs, log or requests show all of the environment that the work can see. */
  readonly reveals: () => JsonObject;
  /** What the work has shown elsewhere than in outputs and log. */
  readonly revealed?: () => string;
}

const INVALID: readonly unknown[] = [
  null,
  -1,
  '',
  'x',
  [],
  {},
  { a: 1 },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
  [[[[]]]],
];

export function testWorkerExecutor(name: string, work: WorkerCase): void {
  const home = `/home/${randomUUID()}`;
  let executor: WorkerExecutor;

  beforeAll(() => {
    executor = work.executor({ PATH: process.env['PATH'] ?? '', HOME: home, API_TOKEN: 'canary-value' });
  });
  afterEach(async () => {
    expectCleanPrototype();
    await removeFolders();
  });
  afterAll(async () => {
    await executor.close?.();
    expect(await processesWith(home)).toEqual([]);
  });
  const bench = () => aBench({ source: work.source });

  describe(`${name} keeps the contract of executors`, () => {
    it('describes itself', () => expectDescribed(name, executor));

    it('answers options that do not fit with invalid_options', async () => {
      for (const options of hostileOptions(executor)) {
        const { error } = await attempt(executor, options, await bench());
        expectFailure(error, 'invalid_options');
      }
    });

    it('gives outputs that are JSON', async () => {
      const { outputs, error } = await attempt(executor, work.succeeds(), await bench());
      expect(error).toBeUndefined();
      expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
    });

    it('says in sentences why it failed', async () => {
      const { error } = await attempt(executor, work.fails(), await bench());
      expectFailure(error);
      expect(error?.code).not.toBe('invalid_options');
    });

    it('does not begin when it was stopped before', async () => {
      const stopped = await bench();
      stopped.stop('cancelled');
      const { error } = await attempt(executor, work.succeeds(), stopped);
      expectFailure(error, 'cancelled');
      expect(stopped.lines).toEqual([]);
    });

    it.each(['cancelled', 'timeout', 'revoked', 'shutdown'] as const)(
      'ends soon after the stop: %s',
      async (reason) => {
        const running = await bench();
        const result = attempt(executor, work.lasts(), running);
        await work.begun(running);
        const at = performance.now();
        running.stop(reason);
        expectFailure((await result).error, reason === 'timeout' ? 'timeout' : 'cancelled');
        expect(performance.now() - at).toBeLessThan(running.context.graceMs + 1_000);
      },
    );

    it('leaks nothing of the environment of the worker', async () => {
      const shown = await bench();
      const { outputs, error } = await attempt(executor, work.reveals(), shown);
      expect(error).toBeUndefined();
      const all = `${JSON.stringify([outputs, shown.lines])}${work.revealed?.() ?? ''}`;
      expect(all.length).toBeGreaterThan(10);
      expect(all).not.toMatch(/canary-value|API_TOKEN/);
    });

    const { counts } = work;
    if (counts) {
      it('keeps the order of its log', async () => {
        const written = await bench();
        await attempt(executor, counts(), written);
        expect(written.text('stdout')).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
      });
    }
  });
}

export function testEngineExecutor(
  name: string,
  executor: EngineExecutor,
  fits: readonly JsonObject[],
): void {
  describe(`${name} keeps the contract of executors`, () => {
    afterEach(expectCleanPrototype);

    it('describes itself', () => expectDescribed(name, executor));

    it('answers options that do not fit with invalid_options', () => {
      for (const options of hostileOptions(executor)) {
        const outcome = executor.evaluate(options, 0);
        expect(outcome.kind).toBe('failed');
        if (outcome.kind === 'failed') expectFailure(outcome.error, 'invalid_options');
      }
    });

    it.each(fits)('is pure: %j', (options) => {
      const frozen = deepFreeze(structuredClone(options));
      const first = executor.evaluate(frozen, 1_700_000_000_000);
      expect(executor.evaluate(frozen, 1_700_000_000_000)).toEqual(first);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    });
  });
}

function expectDescribed(name: string, executor: WorkerExecutor | EngineExecutor): void {
  expect(executor.name).toBe(name);
  expect(executor.summary).toMatch(/^[A-Z].*\.$/s);
  const schema = z.toJSONSchema(executor.options, { io: 'input' });
  const properties = schema.properties ?? {};
  expect(schema.additionalProperties).toBe(false);
  for (const [option, property] of Object.entries(properties)) {
    expect(typeof property === 'object' && property.description, `description of ${option}`).toMatch(
      /^[A-Z].*\.$/s,
    );
  }
}

/** Options with one foreign name, and every option with values that do not fit. Those that fit are left out. */
function hostileOptions(executor: WorkerExecutor | EngineExecutor): JsonObject[] {
  const names = Object.keys(z.toJSONSchema(executor.options, { io: 'input' }).properties ?? {});
  const all = names.flatMap((name) => INVALID.map((value) => ({ [name]: value }) as JsonObject));
  const hostile = all.filter((options) => !executor.options.safeParse(options).success);
  return [{ surprise: 1 }, ...hostile];
}

function expectFailure(error: TaskError | undefined, code?: string): void {
  expect(error).toBeDefined();
  if (code !== undefined) expect(error?.code).toBe(code);
  expect(Object.keys(TASK_ERROR_CODES)).toContain(error?.code);
  expect(error?.message).toMatch(/^[A-Z].*\S/s);
  expect(error?.message).not.toMatch(/\n\s+at .*node:internal/);
}

function expectCleanPrototype(): void {
  const own = Object.getOwnPropertyNames(Object.prototype);
  expect(own).toHaveLength(12);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

function deepFreeze(value: JsonObject): JsonObject {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as JsonObject);
  return Object.freeze(value);
}
