/**
 * Keeps a server process alive as long as somebody holds it, and no longer.
 *
 * A small shell process starts the server and reads a named pipe. Each process that uses the server holds the pipe open for
 * writing. When the last one has let go, by choice or because it was killed, the kernel reports the end of the pipe,
 * and the shell ends the server: SIGTERM, and after 5 s SIGKILL. A server that was killed is started again.
 * The kernel does the counting, so nothing is left behind whatever is killed. Whoever deletes its folder deletes its data: it is then killed at once.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { commandEnvironment, runCommand } from './command.ts';
import type { Environment } from './options.ts';

/**
 * $1 run directory, $2 lock file, $3 log file, $4 how often to start a killed server again; then the command.
 * Each line on the pipe means that somebody has joined. At the end of the pipe `closing` is written, and the pipe is
 * read once more: whoever opened it before that either sees the file and goes away, or writes a line and is counted.
 */
const SCRIPT = `
run=$1 lock=$2 log=$3 restarts=$4
shift 4
umask 077
trap '' INT HUP TERM
server=
trap 'restarts=0; [ -n "$server" ] && kill -KILL "$server" 2>/dev/null' USR1
read -r line || { rm -rf "$run"; exit 3; }
exec 3<&0 </dev/null
(
  while :; do
    if read -r line; then rm -f "$run/closing"; continue; fi
    [ -e "$run/closing" ] && break
    true 2>/dev/null >"$run/closing" || break
  done
  tries=0
  while [ $tries -lt 100 ]; do
    pid=$(cat "$run/pid" 2>/dev/null)
    [ $tries -lt 50 ] && signal=TERM || signal=KILL
    [ -d "$run" ] || kill -USR1 $$ 2>/dev/null
    [ -n "$pid" ] && kill -$signal "$pid" 2>/dev/null || kill -0 $$ 2>/dev/null || break
    tries=$((tries + 1))
    sleep 0.1
  done
) <&3 &
watcher=$!
while :; do
  "$@" >>"$log" 2>&1 3<&- &
  server=$!
  echo $server >"$run/pid"
  wait $server
  code=$?
  rm -f "$run/pid"
  if [ $code -le 128 ] || [ $restarts -le 0 ] || [ -e "$run/closing" ]; then break; fi
  restarts=$((restarts - 1))
done
kill -KILL $watcher 2>/dev/null
rm -rf "$run"
rm -f "$lock"
exit $code
`;

export interface Supervised {
  /** The shell runs until the server has ended for good and the run directory and the lock are gone. */
  readonly shellPid: number | undefined;
  /** Lets the server start. Until then, should the caller die, nothing starts. */
  begin(): void;
  /** Lets go of it. */
  release(): void;
}

export interface SupervisedCommand {
  /** Exists, private, for this start only: holds the pipe; removed when the server has ended. */
  readonly runDirectory: string;
  /** A file to remove at the very end. */
  readonly lockFile: string;
  readonly logFile: string;
  readonly command: readonly string[];
  /** How often a server that was killed is started again. */
  readonly restarts: number;
  readonly env: Environment;
}

/** Makes the pipe; answers why it could not be made (some mounted file systems have none). */
export async function makePipe(runDirectory: string, env: Environment): Promise<string | undefined> {
  const made = await runCommand('mkfifo', ['-m', '600', pipeOf(runDirectory)], { env, timeoutMs: 10_000 });
  return made.ok ? undefined : made.complaint;
}

/** Starts the shell, which waits for `begin`. The pipe exists. */
export function supervise(wanted: SupervisedCommand): Supervised {
  const { runDirectory, lockFile, logFile, command, restarts } = wanted;
  const { reader, writer } = openBothEnds(pipeOf(runDirectory));
  // A file, so that lists of processes stay readable.
  const script = join(runDirectory, 'supervise.sh');
  writeFileSync(script, SCRIPT, { mode: 0o600 });
  const args = [script, runDirectory, lockFile, logFile, String(restarts), ...command];
  // A session of its own: Ctrl-C in the terminal must not reach the server before the runs are stored.
  const shell = spawn('/bin/sh', args, {
    detached: true,
    stdio: [reader, 'ignore', 'ignore'],
    env: commandEnvironment(wanted.env),
  });
  closeSync(reader);
  shell.on('error', () => {});
  shell.unref();
  return {
    shellPid: shell.pid,
    begin: () => void writeSync(writer, '\n'),
    release: () => closeSync(writer),
  };
}

/** Joins a supervised server of another process; answers how to let go, or undefined when it is ending. */
export function holdServer(runDirectory: string): (() => void) | undefined {
  let writer: number;
  try {
    writer = openSync(pipeOf(runDirectory), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  if (existsSync(join(runDirectory, 'closing'))) {
    closeSync(writer);
    return undefined;
  }
  writeSync(writer, '\n');
  return () => closeSync(writer);
}

/** The process id of the server, while it runs. */
export function readServerPid(runDirectory: string): number | undefined {
  try {
    return Number(readFileSync(join(runDirectory, 'pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function pipeOf(runDirectory: string): string {
  return join(runDirectory, 'held');
}

/** Opening one end waits for the other, unless one descriptor has both: so that one comes first, and goes. */
function openBothEnds(pipe: string): { reader: number; writer: number } {
  const both = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const reader = openSync(pipe, constants.O_RDONLY);
  const writer = openSync(pipe, constants.O_WRONLY);
  closeSync(both);
  return { reader, writer };
}
