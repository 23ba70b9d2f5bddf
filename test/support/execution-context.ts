/** Runs a worker executor as a worker would: a directory of its own, a log that is kept, a signal to stop it. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TaskError } from '../../engine/core/errors.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import {
  type ExecutionContext,
  type StopReason,
  TaskFailure,
  type WorkerExecutor,
} from '../../engine/ports/executor.ts';
import { SILENT } from '../../engine/ports/logger.ts';

export interface LogLine {
  readonly stream: 'stdout' | 'stderr' | 'system';
  readonly text: string;
}

export interface Bench {
  readonly context: ExecutionContext;
  readonly lines: LogLine[];
  readonly progress: number[];
  /** Costs as reported, one by one. */
  readonly costs: number[];
  stop(reason?: StopReason): void;
  /** Resolves when the work has written this line. */
  line(text: string): Promise<void>;
  /** Everything written to one stream. */
  text(stream: LogLine['stream']): string[];
}

export type Attempt =
  | { readonly outputs: { readonly [name: string]: Json }; readonly error?: undefined }
  | { readonly error: TaskError; readonly outputs?: undefined };

const made: string[] = [];

/** A new empty folder, removed by `removeFolders`. */
export async function aFolder(files: { readonly [path: string]: string } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return folder;
}

export async function removeFolders(): Promise<void> {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** A context with defaults. `source` are the files of the workflow's folder. */
export async function aBench(
  parts: Partial<ExecutionContext> & { readonly source?: { readonly [path: string]: string } } = {},
): Promise<Bench> {
  const { source, ...given } = parts;
  const abort = new AbortController();
  const lines: LogLine[] = [];
  const progress: number[] = [];
  const costs: number[] = [];
  const waiting = new Map<string, () => void>();
  const context: ExecutionContext = {
    run: '01RUN',
    workflow: 'weather',
    task: 'download',
    index: undefined,
    attempt: 1,
    logicalTime: '2026-03-01T06:00:00.000Z',
    env: {},
    directory: await aFolder(),
    sourceDirectory: source ? await aFolder(source) : undefined,
    cwd: undefined,
    shell: undefined,
    declaredOutputs: undefined,
    signal: abort.signal,
    graceMs: 300,
    log: {
      line(stream, text) {
        lines.push({ stream, text });
        waiting.get(text)?.();
      },
    },
    logger: SILENT,
    progress: (fraction) => void progress.push(fraction),
    addCost: (cost) => void costs.push(cost),
    ...given,
  };
  return {
    context,
    lines,
    progress,
    costs,
    stop: (reason = 'cancelled') => abort.abort(reason),
    line: (text) =>
      new Promise((resolve) => {
        waiting.set(text, resolve);
        if (lines.some((line) => line.text === text)) resolve();
      }),
    text: (stream) => lines.filter((line) => line.stream === stream).map((line) => line.text),
  };
}

/** Runs to the end; a TaskFailure is the answer, anything else thrown is a defect. */
export async function attempt(executor: WorkerExecutor, options: JsonObject, bench: Bench): Promise<Attempt> {
  try {
    return { outputs: await executor.run(options, bench.context) };
  } catch (error) {
    if (error instanceof TaskFailure) return { error: error.error };
    throw error;
  }
}

/** Processes that were started with this text in their environment or command line, zombies apart. Linux only. */
export async function processesWith(text: string): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [env, command, stat] = await Promise.all(
        ['environ', 'cmdline', 'stat'].map((file) =>
          readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => ''),
        ),
      );
      const isZombie = / Z /.test((stat ?? '').replace(/^.*\)/s, ''));
      return !isZombie && `${env}${command}`.includes(text) ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
