/** What a command gets to act on: streams, settings, folder. Data goes to stdout, all else to stderr. */
import pc from 'picocolors';
import { readSettings, type Settings, wantsColor } from './config.ts';
import type { LoadedSettings } from './config-file/load.ts';
import { inert } from './view/inert.ts';

export type Colors = ReturnType<typeof pc.createColors>;

export interface Host {
  readonly settings: Settings;
  /** Where the settings come from. */
  readonly config?: LoadedSettings | undefined;
  /** The folder in which the command was typed. */
  readonly cwd: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Colors for stderr and for stdout; without effect where none are wanted. */
  readonly colors: Colors;
  readonly outColors: Colors;
  /** Whether stderr is a terminal on which lines can be drawn over. */
  readonly isLive: boolean;
  /** Writes lines to stderr. In GitHub Actions none of them can be a command to the runner. */
  say(text: string): void;
  /** Writes a line to stderr as it stands: a command to the runner of GitHub Actions. */
  command(text: string): void;
  /** Writes lines to stdout. */
  print(text: string): void;
  /** Whether this process does the work of runs: then it must outlive the readers of its output. */
  drivesRuns: boolean;
  /** Code that the process ends with. */
  exitCode: number;
}

export function createHost(config?: LoadedSettings): Host {
  const settings = config?.settings ?? readSettings();
  const { stdout, stderr } = process;
  const colorsFor = (stream: NodeJS.WriteStream) =>
    pc.createColors(wantsColor(settings.environment, stream.isTTY === true));
  const write = (text: string) => void stderr.write(`${text}\n`);
  return {
    settings,
    config,
    cwd: process.cwd(),
    stdout,
    stderr,
    colors: colorsFor(stderr),
    outColors: colorsFor(stdout),
    // Terminals that programs make up often have no size, and nothing would be seen.
    isLive: stderr.isTTY === true && stderr.rows > 0 && !settings.isPlain,
    say: settings.isGithubActions ? (text) => write(inert(text)) : write,
    command: write,
    print: (text) => void stdout.write(`${text}\n`),
    drivesRuns: false,
    exitCode: 0,
  };
}
