/**
 * Ends process groups when this process is gone, even when it was killed with SIGKILL and could do nothing itself: one small
 * `sh`, shared by all attempts, is told which groups run. It reads a pipe that nobody else holds, so its end is our end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Environment } from './environment.ts';

/**
 * Plain POSIX shell, for dash and busybox. A service manager sends its signals to every process of a service, and the watchdog
 * must outlast the worker: it ignores them. Groups that ended between two looks are let go, since their number may be taken anew.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
to_all() {
  left=
  for group in $groups; do kill "-$1" "-$group" && left="$left $group"; done
  groups=$left
}
to_all TERM
for second in 1 2; do
  to_all CONT
  [ -n "$groups" ] || exit 0
  sleep 1
done
to_all KILL
`;

export class GroupWatchdog {
  readonly #env: Environment;
  readonly #groups = new Set<number>();
  #process: ChildProcess | undefined;

  /** @param env environment of the watchdog; its PATH must lead to `sleep`. */
  constructor(env: Environment) {
    this.#env = env;
  }

  /** Starts it unless it is there. To be called before a group is started, so that the group is never without. */
  ready(): void {
    if (this.#process !== undefined) return;
    try {
      this.#process = this.#start();
    } catch {
      // Work goes on without: the next attempt tries again.
    }
    for (const group of this.#groups) this.#tell('+', group);
  }

  /** From now on the group does not outlive this process. Call it in the same turn in which the group was started. */
  add(group: number): void {
    this.#groups.add(group);
    this.#tell('+', group);
  }

  /** To be called as soon as the group has ended: another one may get its number. */
  remove(group: number): void {
    if (this.#groups.delete(group)) this.#tell('-', group);
  }

  /** Ends it, and the groups that are left. Resolves when it has nothing left to do; a later `ready` starts another. */
  async close(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    child.ref();
    child.stdin?.end();
    await ended;
  }

  #start(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'sluice-watchdog'], {
      cwd: '/',
      env: this.#env,
      // Its own session: neither Ctrl-C nor a signal to a group reaches it.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const gone = (): void => {
      if (this.#process === child) this.#process = undefined;
    };
    child.once('error', gone);
    child.once('exit', gone);
    child.stdin?.on('error', gone);
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    return child;
  }

  /** The bytes are in the pipe when this returns: a pipe with room is written at once. */
  #tell(change: '+' | '-', group: number): void {
    const pipe = this.#process?.stdin;
    if (pipe?.writable === true) pipe.write(`${change} ${group}\n`);
  }
}
