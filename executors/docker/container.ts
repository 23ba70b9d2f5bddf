/** One container, from its creation to its removal: started, listened to, stopped when the attempt is, and always removed. */
import { Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { Container, ContainerCreateOptions } from 'dockerode';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import { LineSplitter } from '../line-splitter.ts';
import type { LineTail } from '../line-tail.ts';
import { stopFailure, throwIfStopped } from '../stop-failure.ts';
import { engineFailure, plainMessage, statusOf } from './engine.ts';

export interface ContainerEnd {
  readonly exitCode: number;
  /** It was ended by the system, since it used more memory than its limit. */
  readonly isOutOfMemory: boolean;
}

/** Runs a container to its end. @throws TaskFailure `docker_error`, `spawn_failed`, and the attempt's own when it was stopped */
export async function runContainer(
  docker: Docker,
  wanted: ContainerCreateOptions,
  { context, tail }: { readonly context: ExecutionContext; readonly tail: LineTail },
): Promise<ContainerEnd> {
  throwIfStopped(context.signal);
  const container = await docker.createContainer(wanted).catch((thrown: unknown) => {
    throw engineFailure(thrown, `The container of \`${wanted.Image}\` could not be created`);
  });
  try {
    return await startAndWait(docker, container, { context, tail });
  } catch (thrown) {
    if (context.signal.aborted) throw stopFailure(context.signal);
    throw engineFailure(thrown, `The container of \`${wanted.Image}\` failed`);
  } finally {
    await remove(container, context);
  }
}

async function startAndWait(
  docker: Docker,
  container: Container,
  { context, tail }: { readonly context: ExecutionContext; readonly tail: LineTail },
): Promise<ContainerEnd> {
  const { ended } = await listen(docker, container, { context, tail });
  throwIfStopped(context.signal);
  await container.start().catch((thrown: unknown) => {
    throw startFailure(thrown);
  });
  const stopper = new Stopper(container, context);
  try {
    const { StatusCode: exitCode } = (await container.wait()) as { readonly StatusCode: number };
    await ended;
    if (context.signal.aborted) throw stopFailure(context.signal);
    const isOutOfMemory = exitCode === 137 && (await container.inspect()).State.OOMKilled;
    return { exitCode, isOutOfMemory };
  } finally {
    stopper.release();
  }
}

/** Attached before the start, so that no line is lost. `ended` resolves when both streams have. */
async function listen(
  docker: Docker,
  container: Container,
  { context, tail }: { readonly context: ExecutionContext; readonly tail: LineTail },
): Promise<{ readonly ended: Promise<void> }> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const splitters = (['stdout', 'stderr'] as const).map(
    (name) =>
      new LineSplitter((text) => {
        tail.add(text);
        context.log.line(name, text);
      }),
  );
  const [out, err] = splitters.map(intoLines);
  docker.modem.demuxStream(stream, out as Writable, err as Writable);
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      for (const splitter of splitters.splice(0)) splitter.end();
      resolve();
    };
    stream.once('end', end).once('close', end).once('error', end);
  });
  return { ended };
}

function intoLines(splitter: LineSplitter): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      splitter.push(chunk);
      done();
    },
  });
}

/** SIGTERM when the attempt is stopped, SIGKILL when its grace period is over. */
class Stopper {
  readonly #container: Container;
  readonly #context: ExecutionContext;
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = () => {
    this.#kill('SIGTERM');
    this.#timer = setTimeout(() => this.#kill('SIGKILL'), this.#context.graceMs);
  };

  constructor(container: Container, context: ExecutionContext) {
    this.#container = container;
    this.#context = context;
    if (context.signal.aborted) this.#stop();
    else context.signal.addEventListener('abort', this.#stop, { once: true });
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#context.signal.removeEventListener('abort', this.#stop);
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    // It may have ended by itself, or the engine is gone: then waiting for it fails.
    this.#container.kill({ signal }).catch(() => {});
  }
}

async function remove(container: Container, { logger, run, task }: ExecutionContext): Promise<void> {
  await container.remove({ force: true, v: true }).catch((thrown: unknown) => {
    if (statusOf(thrown) === 404) return;
    logger.warn('a container could not be removed; a later worker on this machine removes it', {
      container: container.id,
      run,
      task,
      error: plainMessage(thrown),
    });
  });
}

/** The engine starts a container only when its program can be started. */
function startFailure(thrown: unknown): unknown {
  const message = plainMessage(thrown);
  const isProgram = /executable file not found|no such file or directory|permission denied|exec format/i.test(
    message,
  );
  if (statusOf(thrown) === undefined || !isProgram) return thrown;
  return new TaskFailure('spawn_failed', `The program could not be started in the container: ${message}`);
}
