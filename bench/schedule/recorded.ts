/** Recorded workflows from a folder that the user has: none come with the project. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Shape } from './shape.ts';

const RECORDED = z.object({
  name: z.string(),
  /** `runtime` in seconds. */
  tasks: z.array(z.object({ id: z.string(), runtime: z.number(), parents: z.array(z.string()) })),
});

/** @throws Error that names the file that is none. */
export function readRecorded(directory: string): Shape[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => shapeOf(join(directory, file)));
}

function shapeOf(file: string): Shape {
  const read = RECORDED.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success)
    throw new Error(`${file} is no recorded workflow: { name, tasks: [{ id, runtime, parents }] }.`);
  const { name, tasks } = read.data;
  const sorted = upstreamFirst(tasks);
  const at = new Map(sorted.map(({ id }, i) => [id, i]));
  return {
    name,
    tasks: sorted.map(({ id, runtime, parents }) => ({
      id,
      ms: Math.max(1, Math.round(runtime * 1_000)),
      needs: parents.flatMap((parent) => at.get(parent) ?? []),
    })),
  };
}

function upstreamFirst<T extends { readonly id: string; readonly parents: readonly string[] }>(
  tasks: readonly T[],
): T[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const sorted = new Set<T>();
  const place = (task: T): void => {
    if (sorted.has(task)) return;
    for (const parent of task.parents) {
      const upstream = byId.get(parent);
      if (upstream) place(upstream);
    }
    sorted.add(task);
  };
  for (const task of tasks) place(task);
  return [...sorted];
}
