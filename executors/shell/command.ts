/** Shell options → the program to start. */
import { stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../engine/core/json.ts';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import { pathExists } from './path-exists.ts';

const argument = z.union(
  [z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown()), z.array(z.unknown())],
  { error: 'expected text, a number, true or false, a list or an object' },
);

export const shellOptions = z
  .strictObject({
    script: z
      .string()
      .min(1, { error: 'the script is empty' })
      .optional()
      .describe(
        'Text for a shell (`bash -eo pipefail`, or the one of `shell`). It takes no expressions: use `env`.',
      ),
    argv: z
      .array(argument)
      .min(1, { error: 'the list is empty; its first item is the program' })
      .optional()
      .describe('Program and arguments, started without a shell. Lists and objects become JSON.'),
  })
  .refine((options) => (options.script === undefined) !== (options.argv === undefined), {
    error: 'give either `script` (text for a shell) or `argv` (a list: program and arguments)',
  });

export type ShellOptions = z.infer<typeof shellOptions>;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Flags that end a script at its first failing command. Other shells get none. */
const SHELL_FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['bash', ['-eo', 'pipefail']],
  ['zsh', ['-eo', 'pipefail']],
  ['ksh', ['-eo', 'pipefail']],
  ['sh', ['-e']],
  ['dash', ['-e']],
]);

/** The scratch directory takes the script, since one argument may not be longer than 128 KiB. */
export async function commandFor(
  options: ShellOptions,
  context: ExecutionContext,
  scratch: string,
): Promise<Command> {
  if (options.argv !== undefined) return programOf(options.argv as readonly Json[], context);
  const path = join(scratch, 'script');
  await writeFile(path, options.script ?? '', { mode: 0o600 });
  const [file = 'bash', ...flags] = (context.shell ?? 'bash').trim().split(/\s+/);
  const own = flags.length > 0 ? flags : (SHELL_FLAGS.get(file.split('/').at(-1) ?? '') ?? []);
  return { file: await locate(file, context), args: [...own, path] };
}

/**
 * The directory to start in. An absolute `cwd` may be anywhere; a relative one stays in the working directory: beside it lie those
 * of other attempts. @throws TaskFailure `invalid_options` when it leads out, is not there or is not a directory.
 */
export async function workingDirectory({ cwd, directory }: ExecutionContext): Promise<string> {
  if (cwd === undefined) return directory;
  const path = resolve(directory, cwd);
  if (!isAbsolute(cwd) && !isWithin(directory, path)) {
    const text = `The directory \`cwd: ${cwd}\` leads out of the working directory of the attempt. Leave the \`..\` out, or give an absolute path.`;
    throw new TaskFailure('invalid_options', text);
  }
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) return path;
  if (kind !== undefined) throw new TaskFailure('invalid_options', `\`cwd: ${cwd}\` is not a directory.`);
  throw new TaskFailure('invalid_options', missingDirectory(cwd));
}

function missingDirectory(cwd: string): string {
  if (isAbsolute(cwd)) return `The directory \`cwd: ${cwd}\` does not exist on the worker.`;
  return `The directory \`cwd: ${cwd}\` does not exist in the working directory of the attempt. Only what lies in the workflow's folder and in \`files\` is there; a script can make others with mkdir.`;
}

/** Whether the path is the folder or lies in it. Links are not followed: those of the workflow's folder lead out on purpose. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function programOf(argv: readonly Json[], context: ExecutionContext): Promise<Command> {
  const [file = '', ...args] = argv.map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  if (file === '')
    throw new TaskFailure('invalid_options', 'The first item of `argv` is empty; it names the program.');
  const nul = [file, ...args].findIndex((text) => text.includes('\0'));
  if (nul !== -1) {
    throw new TaskFailure(
      'invalid_options',
      `\`argv[${nul}]\` holds a NUL character, which no argument can hold.`,
    );
  }
  return { file: await locate(file, context), args };
}

/** A path with a slash is looked for in `cwd`, the working directory and the workflow's folder; a bare name on PATH. */
async function locate(file: string, context: ExecutionContext): Promise<string> {
  if (!file.includes('/') || isAbsolute(file)) return file;
  const folders = [resolve(context.directory, context.cwd ?? '.'), context.directory];
  if (context.sourceDirectory !== undefined) folders.push(context.sourceDirectory);
  for (const folder of folders) {
    const path = resolve(folder, file);
    if (await pathExists(path)) return path;
  }
  return file;
}
