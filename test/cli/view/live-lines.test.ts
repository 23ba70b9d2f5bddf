import pc from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { liveLines } from '../../../cli/view/live-lines.ts';
import type { Outlook } from '../../../cli/view/outlook.ts';
import { RunProgress } from '../../../cli/view/run-progress.ts';
import { compileWorkflows } from '../../../dsl/index.ts';
import type { EventRecord } from '../../../engine/core/event.ts';

const START = 1_000_000;

function progressOf(
  yaml: string,
  events: readonly (Partial<EventRecord> & { task?: number })[],
): RunProgress {
  const [plan] = compileWorkflows({ path: 'w.yaml', text: yaml }).plans;
  if (plan === undefined) throw new Error('the workflow of this test is not valid');
  const progress = new RunProgress(plan);
  progress.apply({ seq: 1, type: 'run.started', at: START }, undefined);
  events.forEach(({ task, ...event }, i) => {
    progress.apply({ seq: i + 2, type: 'node.queued', at: START, ...event }, task ?? event.node);
  });
  return progress;
}

const SCREEN = {
  workflow: 'w',
  run: '01JD2Z3B4V5N6M7K8J9H0G1F2E',
  columns: 80,
  rows: 24,
  now: START + 2_500,
};

function linesOf(
  progress: RunProgress,
  size: { columns?: number; rows?: number; now?: number } = {},
): string[] {
  return liveLines(progress, { ...SCREEN, ...size, frame: 0, colors: pc.createColors(false) });
}

const THREE =
  'name: w\ntasks: { a: { run: "x" }, b: { foreach: [1, 2, 3], run: "x" }, c: { needs: a, run: "x" } }';

describe('liveLines', () => {
  it('says how far the run is and how long it may take, once that is known', () => {
    const going = progressOf(THREE, [{ type: 'node.started', node: 0, attempt: 1 }]);
    const last = (outlook: Outlook) =>
      liveLines(going, { ...SCREEN, frame: 0, colors: pc.createColors(false), outlook }).at(-1);
    expect(last({ progress: 0.429, endsAt: START + 75_100, isPartly: false })).toBe(
      '0 done · 1 running · 2 to do · 42 % · 2.5s, about 1m 13s to go',
    );
    expect(last({ progress: 0.2, endsAt: START + 4_000, isPartly: true })).toMatch(
      /20 % · 2\.5s, about 2\.0s to go \(partly a guess\)$/,
    );
    expect(last({ progress: 0.9, endsAt: START, isPartly: false })).toMatch(/90 % · 2\.5s$/);
    expect(last({ progress: 0.9, endsAt: undefined, isPartly: false })).toMatch(/90 % · 2\.5s$/);
    going.apply({ seq: 9, type: 'run.succeeded', at: START + 2_500 }, undefined);
    expect(last({ progress: 0.9, endsAt: START + 9_000, isPartly: false })).toMatch(/to do · 2\.5s$/);
  });

  it('shows a line for each task, a fan-out as counts, and a footer', () => {
    const progress = progressOf(THREE, [
      { type: 'node.started', node: 0, attempt: 1 },
      { type: 'node.succeeded', node: 0, attempt: 1, at: START + 500 },
      { type: 'node.expanded', node: 1, detail: { count: 3 } },
      { type: 'node.started', node: 3, task: 1, attempt: 1 },
      { type: 'node.succeeded', node: 3, task: 1, attempt: 1 },
      { type: 'node.started', node: 4, task: 1, attempt: 1 },
      { type: 'node.retrying', node: 4, task: 1, attempt: 1 },
    ]);
    const running = progress.tasks[1];
    if (running) running.lastLine = 'half \x1b[2Jway';
    expect(linesOf(progress)).toEqual([
      'w  run 01JD2Z3B4V5N6M7K8J9H0G1F2E',
      '✓ a  500ms',
      '⠋ b  1/3 ↻1 2.5s  half way',
      '· c',
      '1 done · 1 running · 1 to do · 2.5s',
    ]);
  });

  it('never has more lines or columns than the terminal, and keeps what runs or failed', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `quite_a_long_name_${i}`);
    const yaml = `name: w\ntasks:\n${ids.map((id) => `  ${id}: { run: "x" }`).join('\n')}`;
    const progress = progressOf(yaml, [
      { type: 'node.started', node: 150, attempt: 1 },
      { type: 'node.failed', node: 199, attempt: 1 },
    ]);
    const task = progress.tasks[150];
    if (task) task.lastLine = '日本語'.repeat(60);
    const lines = linesOf(progress, { columns: 60, rows: 10 });
    expect(lines.length).toBeLessThan(10);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
    expect(lines.join('\n')).toContain('name_150');
    expect(lines.join('\n')).toContain('✗ quite_a_long_name_199');
    expect(lines.join('\n')).toContain('more tasks');
  });
});
