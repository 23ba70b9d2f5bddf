/**
 * `uses: module`: a function of a JavaScript or TypeScript file, in a process of its own, so that a busy loop in it never
 * stops the worker's heartbeats. What it returns are the outputs.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../engine/core/json.ts';
import { type ExecutionContext, TaskFailure, type WorkerExecutor } from '../../engine/ports/executor.ts';
import { attemptEnvironment, baseEnvironment, type Environment } from '../environment.ts';
import { checkOptions } from '../options.ts';
import type { ExecutorSettings } from '../settings.ts';
import { linkSource } from '../source-links.ts';
import { throwIfStopped } from '../stop-failure.ts';
import { ModulePool } from './pool.ts';
import type { ModuleTask } from './protocol.ts';
import { stampSource } from './source-stamp.ts';

const moduleOptions = z.strictObject({
  file: z
    .string()
    .min(1, { error: 'the path is empty' })
    .refine(staysInside, { error: "expected a path inside the workflow's folder, such as `./report.ts`" })
    .describe("Path of a JavaScript or TypeScript file in the workflow's folder."),
  export: z.string().min(1).default('default').describe('Name of the exported function.'),
  args: z
    .record(z.string(), z.unknown(), {
      error: 'expected an object; it is the first argument of the function',
    })
    .default({})
    .describe('First argument of the function.'),
});

type ModuleOptions = z.infer<typeof moduleOptions>;

export function moduleExecutor(settings: ExecutorSettings = {}): WorkerExecutor {
  const base = baseEnvironment(settings.environment);
  const pool = new ModulePool(base, settings.module ?? {});
  const cache = compileCache(settings.module?.cacheDirectory);
  return {
    place: 'worker',
    name: 'module',
    summary: 'Calls a function of a JavaScript or TypeScript file in a process of its own.',
    options: moduleOptions,
    async run(options, context) {
      const checked = checkOptions(moduleOptions, 'module', options);
      throwIfStopped(context.signal);
      const env = attemptEnvironment(base, context);
      const source = await findSource(checked, context);
      await linkSource(context);
      const stamp = await stampSource(source.folder, source.file);
      throwIfStopped(context.signal);
      const task = makeTask({ options: checked, context, env, ...source });
      return pool.run({ ...task, cacheDirectory: await cache.open() }, stamp, context);
    },
    async close() {
      await pool.close();
      await cache.close();
    },
  };
}

interface Source {
  readonly folder: string;
  readonly file: string;
}

async function findSource(options: ModuleOptions, { sourceDirectory }: ExecutionContext): Promise<Source> {
  if (sourceDirectory === undefined) {
    const text = `The run was started without the workflow's folder, so \`${options.file}\` cannot be found. Start it from the file.`;
    throw new TaskFailure('source_unavailable', text);
  }
  // The real path, which is what stack traces name.
  const folder = await realpath(sourceDirectory);
  const file = resolve(folder, options.file);
  const exists = await realpath(file).then(
    () => true,
    () => false,
  );
  if (exists) return { folder, file };
  throw new TaskFailure(
    'module_error',
    `The file \`${options.file}\` is not in the workflow's folder. Correct \`file\`, or add it.`,
  );
}

interface Parts extends Source {
  readonly options: ModuleOptions;
  readonly context: ExecutionContext;
  readonly env: Environment;
}

function makeTask({ options, context, env, folder, file }: Parts): Omit<ModuleTask, 'cacheDirectory'> {
  return {
    file,
    export: options.export,
    args: options.args as JsonObject,
    env,
    run: { id: context.run, workflow: context.workflow, logicalTime: context.logicalTime },
    task: context.task,
    index: context.index ?? null,
    traceparent: context.traceparent ?? null,
    attempt: context.attempt,
    directory: context.directory,
    sourceDirectory: folder,
  };
}

/** Where compiled TypeScript lies. Private to this process unless an installation names a folder. */
function compileCache(configured: string | undefined): { open(): Promise<string>; close(): Promise<void> } {
  let own: Promise<string> | undefined;
  return {
    async open() {
      if (configured !== undefined) return configured;
      own ??= mkdtemp(join(tmpdir(), 'sluice-module-'));
      return own;
    },
    async close() {
      if (own) await rm(await own, { recursive: true, force: true });
      own = undefined;
    },
  };
}

function staysInside(file: string): boolean {
  if (isAbsolute(file) || file.includes('\0')) return false;
  const path = relative('/folder', resolve('/folder', file));
  return path !== '' && path !== '..' && !path.startsWith('../');
}
