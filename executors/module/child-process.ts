/**
 * The worker's side of one child process: gives it attempts, one at a time, and knows what became of them.
 * It never keeps the worker alive while it is idle, and is dead for good once it was killed or has ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../engine/core/errors.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import type { Environment } from '../environment.ts';
import { LineSplitter } from '../line-splitter.ts';
import { LineTail } from '../line-tail.ts';
import { signalGroup } from '../process-group.ts';
import { stopFailure, stopReason } from '../stop-failure.ts';
import { type ModuleTask, readMessage, type ToChild } from './protocol.ts';

/** Output may come for so long after the process has ended, when a program that it started holds the pipe. */
const DRAIN_MS = 500;

type Supervision = Pick<ExecutionContext, 'signal' | 'graceMs' | 'log' | 'progress' | 'addCost'>;

export class ModuleChild {
  attempts = 0;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #isAlive = true;
  #startError: unknown;
  #readers: readonly [LineSplitter, LineSplitter] | undefined;

  constructor(env: Environment) {
    this.#process = spawn(process.execPath, entryArguments(), {
      cwd: '/',
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#readers?.[0].push(chunk));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#readers?.[1].push(chunk));
    this.#ended = this.#watchEnd();
    this.#hold(false);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Runs one attempt. @throws TaskFailure */
  async run(task: ModuleTask, supervision: Supervision): Promise<JsonObject> {
    const tail = this.#readInto(supervision.log);
    this.attempts++;
    this.#hold(true);
    const stop = this.#stopOnAbort(supervision);
    try {
      const answered = this.#answer(supervision);
      this.#send({ type: 'run', task });
      const outputs = await Promise.race([answered, this.#ended]);
      if (supervision.signal.aborted) throw stopFailure(supervision.signal);
      if (outputs === undefined) throw this.#endFailure(tail());
      return outputs;
    } catch (error) {
      throw supervision.signal.aborted ? stopFailure(supervision.signal) : error;
    } finally {
      stop();
      await this.#finishOutput();
      this.#hold(false);
    }
  }

  /** Ends the process and whatever it has started. Idempotent. */
  kill(): void {
    this.#isAlive = false;
    const { pid } = this.#process;
    if (pid !== undefined && this.#process.exitCode === null) signalGroup(pid, 'SIGKILL');
  }

  /** Resolves when the process is gone. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Resolves with the outputs; rejects with the failure that the child tells. Stays open when the child dies. */
  #answer({ progress, addCost }: Supervision): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const listen = (raw: unknown): void => {
        const message = readMessage(raw);
        if (message?.type === 'progress') progress(message.fraction);
        if (message === undefined || message.type === 'progress') return;
        if (message.type === 'cost') {
          try {
            return addCost(message.cost);
          } catch (error) {
            return reject(error);
          }
        }
        this.#process.off('message', listen);
        if (message.type === 'done') return resolve(message.outputs);
        // Not to be handed to the next attempt while it is about to end.
        if (message.fatal) this.#isAlive = false;
        reject(new TaskFailure(message.code, message.message));
      };
      this.#process.on('message', listen);
      void this.#ended.then(() => this.#process.off('message', listen));
    });
  }

  #stopOnAbort(supervision: Supervision): () => void {
    const { signal } = supervision;
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#send({ type: 'abort', reason: stopReason(signal) });
      timer = setTimeout(() => this.kill(), supervision.graceMs);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
  }

  #readInto(log: ExecutionContext['log']): () => LineTail {
    const tail = new LineTail();
    const reader = (stream: 'stdout' | 'stderr'): LineSplitter =>
      new LineSplitter((text) => {
        tail.add(text);
        log.line(stream, text);
      });
    this.#readers = [reader('stdout'), reader('stderr')];
    return () => tail;
  }

  /**
   * The child writes before it answers, so what it wrote is in the pipes by now: two turns of the event loop read it.
   */
  async #finishOutput(): Promise<void> {
    await nextTurn();
    await nextTurn();
    for (const reader of this.#readers ?? []) reader.end();
    this.#readers = undefined;
  }

  #send(message: ToChild): void {
    // A child that is gone is noticed by its end.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  async #watchEnd(): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.kill();
        resolve();
      };
      this.#process.once('error', (error) => {
        this.#startError = error;
        end();
      });
      this.#process.once('exit', () => {
        const timer = setTimeout(end, DRAIN_MS);
        this.#process.once('close', () => {
          clearTimeout(timer);
          end();
        });
        this.#isAlive = false;
        if (this.#process.pid !== undefined) signalGroup(this.#process.pid, 'SIGKILL');
      });
    });
  }

  #endFailure(tail: LineTail): TaskFailure {
    if (this.#startError !== undefined) {
      return new TaskFailure(
        'spawn_failed',
        `The process for modules could not be started: ${messageOf(this.#startError)}.`,
      );
    }
    const { exitCode, signalCode } = this.#process;
    const how = signalCode === null ? `ended with exit code ${exitCode}` : `was ended by ${signalCode}`;
    const hint =
      signalCode === null
        ? 'Return from the function instead of calling process.exit().'
        : 'Memory may have run out.';
    return new TaskFailure(
      'module_error',
      `The process of the module ${how} before the function returned. ${hint}${tail}`,
    );
  }

  /** Whether the child keeps this process alive. */
  #hold(keep: boolean): void {
    const { stdout, stderr, channel } = this.#process;
    for (const one of [this.#process, channel, stdout, stderr]) setReference(one, keep);
  }
}

/** Streams to a process are sockets, and the channel a handle; their types do not say that both can be unreferenced. */
function setReference(target: unknown, keep: boolean): void {
  const handle = target as { ref?: () => void; unref?: () => void } | null | undefined;
  if (keep) handle?.ref?.();
  else handle?.unref?.();
}

/** From source, as tests run, jiti loads the entry; the build has it in JavaScript. */
function entryArguments(): string[] {
  const extension = extname(fileURLToPath(import.meta.url));
  const entry = new URL(`./child${extension}`, import.meta.url);
  if (extension !== '.ts') return [fileURLToPath(entry)];
  const jiti = JSON.stringify(import.meta.resolve('jiti'));
  const path = JSON.stringify(fileURLToPath(entry));
  return [
    '--input-type=module',
    '-e',
    `import { createJiti } from ${jiti}; await createJiti(${path}).import(${path});`,
  ];
}
