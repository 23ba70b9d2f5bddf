/** Runs one short program with a time limit, and answers what it wrote. Never throws. */
import { execFile } from 'node:child_process';
import type { Environment } from './options.ts';

export interface CommandOutcome {
  readonly ok: boolean;
  readonly output: string;
  /** Empty when ok; otherwise one line that says what went wrong. */
  readonly complaint: string;
}

export interface CommandOptions {
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly cwd?: string;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment with a PATH, and in English, since answers are read. */
export function commandEnvironment(env: Environment): Record<string, string | undefined> {
  return { ...env, PATH: env['PATH'] || DEFAULT_PATH, LC_ALL: 'C' };
}

export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const { timeoutMs } = options;
  const settings = {
    env: commandEnvironment(options.env),
    timeout: timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 16 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  };
  return new Promise((resolve) => {
    const child = execFile(program, [...args], settings, (error, output, errors) => {
      if (error === null) resolve({ ok: true, output, complaint: '' });
      else resolve({ ok: false, output, complaint: complain(program, { error, errors, timeoutMs }) });
    });
    // A program that asks a question would wait for an answer until the limit.
    child.stdin?.end();
  });
}

function complain(
  program: string,
  outcome: { error: { killed?: boolean; message: string }; errors: string; timeoutMs: number },
): string {
  if (outcome.error.killed) return `${program} took longer than ${outcome.timeoutMs / 1000} s`;
  const lines = outcome.errors.split('\n').filter((line) => line.trim() !== '');
  const said = lines.find((line) => line.startsWith('E:')) ?? lines.at(-1);
  return `${program} said: ${(said ?? outcome.error.message).trim()}`;
}
