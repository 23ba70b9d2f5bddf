/**
 * `uses: shell` (short: `run`): a script or a program in a process group of its own. Promises: nothing of the worker's
 * environment passes, nothing of the group outlives the attempt or the worker, and what the process says in `$SLUICE_OUTPUT` is its outputs.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../engine/core/json.ts';
import type { ExecutionContext, WorkerExecutor } from '../../engine/ports/executor.ts';
import { withCostFile } from '../cost-of-file.ts';
import { attemptEnvironment, baseEnvironment, type Environment } from '../environment.ts';
import { GroupWatchdog } from '../group-watchdog.ts';
import { LineTail } from '../line-tail.ts';
import { checkOptions } from '../options.ts';
import { readOutputs } from '../outputs-of-file.ts';
import { type ProcessEnd, type Program, runProcessGroup } from '../process-group.ts';
import type { ExecutorSettings } from '../settings.ts';
import { linkSource } from '../source-links.ts';
import { stopFailure, throwIfStopped } from '../stop-failure.ts';
import { commandFor, type ShellOptions, shellOptions, workingDirectory } from './command.ts';
import { endFailure, startFailure } from './process-failure.ts';

export function shellExecutor(settings: ExecutorSettings = {}): WorkerExecutor {
  const base = baseEnvironment(settings.environment);
  const watchdog = new GroupWatchdog(base);
  return {
    place: 'worker',
    name: 'shell',
    summary: 'Runs a shell script or a program and takes its outputs from the file `$SLUICE_OUTPUT`.',
    options: shellOptions,
    async run(options, context) {
      const checked = checkOptions(shellOptions, 'shell', options);
      throwIfStopped(context.signal);
      const env = attemptEnvironment(base, context);
      // Not in the working directory, so that it stays empty and a task cannot keep these files as artifacts.
      const scratch = await mkdtemp(join(tmpdir(), 'sluice-shell-'));
      try {
        return await runIn(scratch, { options: checked, context, env, watchdog });
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    close: () => watchdog.close(),
  };
}

interface Work {
  readonly options: ShellOptions;
  readonly context: ExecutionContext;
  readonly env: Environment;
  readonly watchdog: GroupWatchdog;
}

async function runIn(scratch: string, work: Work): Promise<JsonObject> {
  const { options, context, env } = work;
  const outputFile = join(scratch, 'output');
  const costFile = join(scratch, 'cost');
  for (const file of [outputFile, costFile]) await writeFile(file, '', { mode: 0o600 });
  await linkSource(context);
  const cwd = await workingDirectory(context);
  const command = await commandFor(options, context, scratch);
  const files = { SLUICE_OUTPUT: outputFile, SLUICE_COST: costFile };
  await withCostFile(costFile, context, () =>
    runProgram({ ...command, cwd, env: { ...env, ...files } }, work),
  );
  return readOutputs(outputFile, context);
}

async function runProgram(program: Program, work: Work): Promise<void> {
  const { context } = work;
  throwIfStopped(context.signal);
  const tail = new LineTail();
  const end = await start(program, work, tail);
  if (end.stopped) throw stopFailure(context.signal);
  if (end.code !== 0) throw endFailure(end, tail);
}

async function start(program: Program, { context, watchdog }: Work, tail: LineTail): Promise<ProcessEnd> {
  const line: ExecutionContext['log']['line'] = (stream, text) => {
    tail.add(text);
    context.log.line(stream, text);
  };
  try {
    return await runProcessGroup(program, {
      signal: context.signal,
      get graceMs() {
        return context.graceMs;
      },
      log: { line },
      watchdog,
    });
  } catch (error) {
    throw await startFailure(error, program, context);
  }
}
