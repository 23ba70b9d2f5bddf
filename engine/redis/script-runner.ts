/**
 * Runs the Lua scripts of lua/*.lua by their hash, and sends the source when Redis has forgotten them (restart, SCRIPT
 * FLUSH). Calls take effect in the order made, also then: new ones wait until those sent again are through.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import type { Argument, Connections } from './connection.ts';

export type RunScript = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

export interface ScriptRunner {
  /** Binds a script to its file, `lua/<name>.lua`. */
  bind(name: string): RunScript;
}

interface Script {
  readonly sha: string;
  readonly source: string;
}

/** One runner per connection: it keeps the order of what goes over it. */
export function createScriptRunner(connections: Connections): ScriptRunner {
  const gate = createGate();
  const evaluate = (command: string, script: string, keys: readonly string[], args: readonly Argument[]) =>
    connections.call(command, [script, keys.length, ...keys, ...args]);
  const runNow = async (script: Script, keys: readonly string[], args: readonly Argument[]) => {
    gate.enter();
    try {
      return await evaluate('evalsha', script.sha, keys, args);
    } catch (thrown) {
      if (!isForgotten(thrown)) throw thrown;
      gate.close();
      return await evaluate('eval', script.source, keys, args);
    } finally {
      gate.leave();
    }
  };
  return {
    bind(name) {
      const script = loadScript(name);
      return (keys, args) => {
        const closed = gate.closed();
        return closed === undefined
          ? runNow(script, keys, args)
          : closed.then(() => runNow(script, keys, args));
      };
    },
  };
}

function loadScript(name: string): Script {
  const source = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

function isForgotten(thrown: unknown): boolean {
  return thrown instanceof Error && messageOf(thrown.cause).startsWith('NOSCRIPT');
}

/** Once closed, holds back newcomers until all who are inside have left. */
function createGate() {
  let inside = 0;
  let waiting: { readonly promise: Promise<void>; readonly open: () => void } | undefined;
  return {
    closed: () => waiting?.promise,
    enter() {
      inside += 1;
    },
    close() {
      if (waiting !== undefined) return;
      let open = () => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      waiting = { promise, open };
    },
    leave() {
      inside -= 1;
      if (inside > 0 || waiting === undefined) return;
      waiting.open();
      // Those who waited go first: their continuations are queued already.
      queueMicrotask(() => {
        waiting = undefined;
      });
    },
  };
}
