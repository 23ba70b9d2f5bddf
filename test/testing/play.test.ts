import { describe, expect, it } from 'vitest';
import { type TestWorkflowOptions, testWorkflow } from '../../testing/index.ts';

function run(tasks: string, options: Omit<TestWorkflowOptions, 'text'> = {}) {
  return testWorkflow({ text: tasks, ...options });
}

const HOUR_MS = 3_600_000;

describe('a workflow in a test program', () => {
  it('runs days of waiting and of work in virtual time', async () => {
    const text = `
tasks:
  a: { run: [./a] }
  pause: { uses: wait, with: { for: 3d }, needs: a }
  b: { run: [./b], needs: pause }`;
    const played = await run(text, { stubs: { '*': { delayMs: 6 * HOUR_MS } } });
    expect(played.status).toBe('succeeded');
    expect(played.durationMs).toBe(84 * HOUR_MS);
  });

  it('tries again after a failure and a timeout, one outcome of the stub for each attempt', async () => {
    const text = 'tasks: { a: { run: [./a], retry: { attempts: 3, delay: 10m }, timeout: 30s } }';
    const played = await run(text, {
      stubs: { a: [{ fail: { code: 'exit_code', message: 'no', exit_code: 3 } }, { hang: true }, {}] },
    });
    expect(played.status).toBe('succeeded');
    expect(played.node('a').attempts.map(({ error }) => error?.code)).toEqual([
      'exit_code',
      'timeout',
      undefined,
    ]);
    expect(played.durationMs).toBe(2 * 600_000 + 30_000 + 600_000);
  });

  it('gives a stub what the task is given, and its outputs to the tasks behind', async () => {
    const text = `
inputs: { city: { type: string } }
tasks:
  a: { foreach: [1, 2], run: [./a], env: { N: "\${{ item }}", CITY: "\${{ inputs.city }}" } }
  b: { uses: transform, with: { value: { all: "\${{ tasks.a.outputs.twice }}" } } }
outputs: { all: "\${{ tasks.b.outputs.all }}" }`;
    const played = await run(text, {
      inputs: { city: 'Oslo' },
      stubs: { a: ({ env }) => ({ outputs: { twice: 2 * Number(env['N']) } }) },
    });
    expect(played.outputs).toEqual({ all: [2, 4] });
    expect(played.calls.map(({ index, env }) => [index, env['CITY']])).toEqual([
      [0, 'Oslo'],
      [1, 'Oslo'],
    ]);
  });

  it('cancels from outside, and stops what hangs', async () => {
    const played = await run('tasks: { a: { run: [./a] }, b: { run: [./b], needs: a } }', {
      stubs: { a: { hang: true } },
      timeline: [{ at: '1d', cancel: true, reason: 'enough' }],
    });
    expect(played.status).toBe('cancelled');
    expect(played.node('a').status).toBe('cancelled');
    expect(played.durationMs).toBe(24 * HOUR_MS);
  });

  it('says what a run waits for that will never end', async () => {
    const played = await run('tasks: { a: { run: [./a] } }', { stubs: { a: { hang: true } } });
    expect(played.status).toBe('running');
    expect(played.stuck).toContain('a is running');
  });

  it('executes what is to be executed, with its files and outputs', async () => {
    const text = `
tasks:
  a: { run: [./a], artifacts: { note: note.txt } }
  b:
    run: |
      echo "words=$(wc -w < in.txt)" >> "$SLUICE_OUTPUT"
    files: { in.txt: "\${{ tasks.a.artifacts.note }}" }
    outputs: { words: integer }
outputs: { words: "\${{ tasks.b.outputs.words }}" }`;
    const stubs = { a: { artifacts: { note: 'three small words' } }, b: { execute: true } };
    const played = await run(text, { stubs });
    expect(played.error).toBe(null);
    expect(played.outputs).toEqual({ words: 3 });
  });

  it('refuses a workflow with mistakes, inputs that do not fit, and a task without stub', async () => {
    await expect(run('tasks: { a: { rum: x } }')).rejects.toMatchObject({ code: 'invalid_workflow' });
    const typed = 'inputs: { n: { type: integer } }\ntasks: { a: { run: [./a] } }';
    await expect(run(typed, { inputs: { n: 'x' } })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(run('tasks: { a: { run: [./a] } }')).rejects.toThrow('the task a has no stub');
  });

  it('checks options and declared outputs as a worker does', async () => {
    const text = 'tasks: { a: { run: [./a], outputs: { n: integer } } }';
    const played = await run(text, { stubs: { a: { outputs: { n: 'x' } } } });
    expect(played.error).toMatchObject({ code: 'invalid_output', task: 'a' });
  });

  it('gives secrets of its own, and masks them in what comes out', async () => {
    const text = `
secrets: [TOKEN, KEY]
tasks: { a: { run: [./a], env: { AUTH: "Bearer \${{ secrets.TOKEN }}", KEY: "\${{ secrets.KEY }}" } } }
outputs: { said: "\${{ tasks.a.outputs.said }}" }`;
    const played = await run(text, {
      secrets: { TOKEN: 'tok-12345' },
      stubs: { a: ({ env }) => ({ outputs: { said: `I sent ${env['AUTH']}` } }) },
    });
    expect(played.calls[0]?.env).toEqual({ AUTH: 'Bearer tok-12345', KEY: 'secret-KEY' });
    expect(played.outputs).toEqual({ said: 'I sent Bearer ***' });
  });

  it('gives the same run every time', async () => {
    const text = 'tasks: { a: { foreach: [1, 2, 3], run: [./a], retry: { attempts: 3, jitter: 1 } } }';
    const stubs = { 'a[1]': [{ fail: { code: 'exit_code' as const, message: 'no' } }, {}], '*': {} };
    const [first, second] = [await run(text, { stubs }), await run(text, { stubs })];
    expect(second.events).toEqual(first.events);
  });
});

describe('what may happen in a test', () => {
  it('sends signals and decides approvals at their times', async () => {
    const text = `
tasks:
  paid: { uses: wait, with: { signal: paid, schema: { amount: { type: integer } } } }
  allow: { uses: approval, needs: paid }
  ship: { run: [./ship, "\${{ tasks.paid.outputs.amount }}"], needs: allow }`;
    const played = await run(text, {
      stubs: { ship: {} },
      timeline: [
        { at: '10m', signal: 'paid', payload: { amount: 12 } },
        { at: '2h', approve: 'allow', comment: 'fine', by: 'ana' },
      ],
    });
    expect(played.status).toBe('succeeded');
    expect(played.durationMs).toBe(2 * HOUR_MS);
    expect(played.node('allow').outputs).toMatchObject({ decision: 'approved', by: 'ana' });
    expect(played.calls[0]?.with).toEqual({ argv: ['./ship', 12] });
  });

  it('says which request was refused, and what a run waits for', async () => {
    const text = 'tasks: { paid: { uses: wait, with: { signal: paid, schema: { n: { type: integer } } } } }';
    const waiting = await run(text);
    expect(waiting.stuck).toContain('paid is waiting');
    await expect(
      run(text, { timeline: [{ at: '1m', signal: 'paid', payload: { n: 'x' } }] }),
    ).rejects.toThrow('n');
  });

  it('takes a stub for a sub-workflow', async () => {
    const text = `
name: parent
tasks:
  each: { foreach: [1, 2], workflow: child, inputs: { n: "\${{ item }}" } }
  end: { uses: transform, with: { value: { all: "\${{ tasks.each.outputs.twice }}" } } }
outputs: { all: "\${{ tasks.end.outputs.all }}" }
---
name: child
inputs: { n: { type: integer } }
tasks: { work: { run: [./work], env: { N: "\${{ inputs.n }}" }, outputs: { twice: integer } } }
outputs: { twice: "\${{ tasks.work.outputs.twice }}" }`;
    const stubbed = await run(text, { stubs: { each: { outputs: { twice: 7 } } } });
    expect(stubbed.outputs).toEqual({ all: [7, 7] });
    expect(stubbed.calls.map(({ with: given }) => given)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('keeps limits, in virtual time', async () => {
    const text = `
tasks:
  a: { foreach: [1, 2, 3], run: [./a], concurrency: { key: one, limit: 1 } }
  b: { foreach: [1, 2, 3], run: [./b], rate_limit: { key: slow, limit: 1, per: 1h } }`;
    const played = await run(text, { stubs: { a: { delayMs: 60_000 }, b: {} } });
    expect(played.status).toBe('succeeded');
    const ends = played.nodes.filter(({ task, index }) => task === 'a' && index !== null);
    expect(ends.map(({ attempts }) => attempts[0]?.finished_at).sort()).toEqual([
      '2026-01-01T00:01:00.000Z',
      '2026-01-01T00:02:00.000Z',
      '2026-01-01T00:03:00.000Z',
    ]);
    expect(played.durationMs).toBeGreaterThanOrEqual(2 * HOUR_MS);
  });

  it('repeats, undoes and handles', async () => {
    const text = `
tasks:
  poll: { run: [./poll], repeat: { until: self.outputs.done, max: 5, delay: 10m }, compensate: { run: [./undo] } }
  end: { run: [./end], needs: poll }
on_failure: { alarm: { run: [./alarm] } }`;
    const played = await run(text, {
      stubs: {
        poll: [{ outputs: { done: false } }, { outputs: { done: true } }],
        end: { fail: { code: 'exit_code', message: 'no', exit_code: 1 } },
        '*': {},
      },
    });
    expect(played.status).toBe('failed');
    expect(played.calls.map(({ task }) => task)).toEqual(['poll', 'poll', 'end', 'poll.compensate', 'alarm']);
    expect(played.durationMs).toBe(600_000);
  });
});
