/**
 * What happens when stdout or stderr cannot be written any more: its reader has gone (`sluice run … | head -3`), the disk is
 * full, the terminal is closed. A command that drives runs goes on to its end in silence, for its tasks must not be left
 * alone; any other one ends at once.
 */
import { EXIT } from './exit-code.ts';
import type { Host } from './host.ts';

export interface BrokenOutput {
  /** Code to end with: that of the command, unless what it had to print was lost. Says so the first time. */
  exitCode(): number;
}

export function outliveBrokenOutput(host: Host): BrokenOutput {
  let lost: NodeJS.ErrnoException | undefined;
  const exitCode = () => {
    if (lost === undefined || host.exitCode !== EXIT.ok) return host.exitCode;
    return EXIT.failed;
  };
  // Nobody is left to whom it could be told.
  host.stderr.on('error', () => {});
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`sluice list | head`) is no error.
    const isUnwelcome = error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED';
    if (isUnwelcome && lost === undefined) {
      lost = error;
      host.say(
        `${host.colors.red('sluice:')} stdout cannot be written (${reasonOf(error)}): what was to be printed is lost.`,
      );
    }
    if (!host.drivesRuns) process.exit(exitCode());
  });
  return { exitCode };
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC') return 'no space is left on the device';
  return code === 'EIO' ? 'its device fails' : message;
}
