/** How a command ends early: with sentences for people and an exit code, never with a stack trace (SLUICE_DEBUG=1 shows it). */
import { CommanderError } from 'commander';
import { messageOf, SluiceError } from '../engine/core/errors.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { explainSystemError, pathOfSystemError } from './system-error.ts';

/** Ends the command. The message is said as it stands. */
export class CliFailure extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'CliFailure';
    this.exitCode = exitCode;
  }
}

export function usageFailure(message: string): CliFailure {
  return new CliFailure(EXIT.usage, message);
}

export interface ExplainedFailure {
  readonly exitCode: number;
  /** Undefined when it was said already. */
  readonly message: string | undefined;
}

export function explainFailure(thrown: unknown): ExplainedFailure {
  if (thrown instanceof CliFailure) return { exitCode: thrown.exitCode, message: thrown.message };
  if (thrown instanceof CommanderError) {
    return { exitCode: thrown.exitCode === 0 ? EXIT.ok : EXIT.usage, message: undefined };
  }
  if (thrown instanceof SluiceError && thrown.code !== 'internal') {
    return { exitCode: exitCodeOf(thrown.code), message: thrown.message };
  }
  const refusal = explainSystemError(thrown);
  if (refusal !== undefined) {
    const path = pathOfSystemError(thrown);
    const what = path === undefined ? messageOf(thrown) : `${path} cannot be used`;
    return { exitCode: EXIT.usage, message: `${what}: ${refusal}.` };
  }
  const message = `${messageOf(thrown)} This should not happen: please report it, with what SLUICE_DEBUG=1 prints.`;
  return { exitCode: EXIT.failed, message };
}
