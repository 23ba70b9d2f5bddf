/**
 * Signals from outside: the first asks for a careful end, the second ends the process and its children at once.
 * A closed terminal (SIGHUP) is a first signal, never a second one: the shell and the kernel both tell it.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EXIT } from './exit-code.ts';

export interface Interruption {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /** 130 or 143 (also for SIGHUP), or undefined when no signal came. */
  exitCode(): number | undefined;
  /** Stops listening. */
  release(): void;
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.terminated } as const;

/** `onSecond` may clean the terminal; the process ends right after it. */
export function listenForInterruption(onSecond: () => void = () => {}): Interruption {
  const aborter = new AbortController();
  const children = watchChildren();
  let exitCode: number | undefined;
  const listeners = Object.entries(CODES).map(([name, code]) => {
    const listener = () => {
      if (exitCode !== undefined && name === 'SIGHUP') return;
      if (exitCode !== undefined) {
        children.killAll();
        onSecond();
        process.exit(code);
      }
      exitCode = code;
      aborter.abort();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: aborter.signal,
    exitCode: () => exitCode,
    release() {
      for (const { name, listener } of listeners) process.off(name, listener);
      children.release();
    },
  };
}

/** Remembers every process that is started from now on. Tasks run in process groups of their own, which would outlive us. */
function watchChildren(): { killAll(): void; release(): void } {
  const children = new Set<ChildProcess>();
  const remember = (message: unknown) => {
    const { process: child } = message as { readonly process: ChildProcess };
    children.add(child);
    child.once('exit', () => children.delete(child));
  };
  subscribe('child_process', remember);
  return {
    killAll() {
      for (const { pid } of children) if (pid !== undefined) killGroup(pid);
    },
    release: () => void unsubscribe('child_process', remember),
  };
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended, or leads no group.
    }
  }
}
