/** Asks a person before something that cannot be taken back. Without a terminal the answer must be a flag. */
import { createInterface } from 'node:readline/promises';
import { EXIT } from './exit-code.ts';
import { CliFailure, usageFailure } from './failure.ts';
import type { Host } from './host.ts';

/** @throws CliFailure when the answer is no, or when there is nobody to ask and `yes` is not given */
export async function confirm(host: Host, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !host.stderr.isTTY) throw usageFailure(`${question} Say so with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: host.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new CliFailure(EXIT.failed, 'Nothing was changed.');
}
