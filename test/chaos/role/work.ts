/**
 * The work of chaos: a function that writes down its start and its end, and fails when it is told to. Which generation and
 * delivery it belongs to is not told to functions; so the worker's store is watched, and the claim is remembered in the
 * context of its attempt.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { WorkerStore } from '../../../engine/ports/shard-store.ts';
import type { FunctionContext } from '../../../executors/index.ts';
import type { LedgerLine } from '../ledger.ts';

/** The clock of the machine, whatever the role's own was set to. */
const now = Date.now.bind(Date);

interface Claimed {
  readonly run: string;
  readonly index: number;
  readonly generation: number;
  readonly attempt: number;
  delivery: number;
  node?: string;
}

interface WorkInputs {
  readonly given: NonNullable<LedgerLine['given']>;
  readonly does: string;
  readonly workMs: number;
}

export class ChaosWork {
  readonly #ledger: number;
  readonly #claims = new AsyncLocalStorage<Claimed>();
  #count = 0;

  constructor(ledger: string) {
    this.#ledger = openSync(ledger, 'a');
  }

  /** The same store, watched: claims are remembered, and answers to outcomes written down. */
  watch<T extends WorkerStore>(store: T): T {
    const claim: WorkerStore['claim'] = (name, session) => {
      const claimed: Claimed = { ...placeOf(name.flight), delivery: 0 };
      this.#claims.enterWith(claimed);
      return store.claim(name, session).then((reply) => {
        if (reply.kind === 'granted') claimed.delivery = reply.delivery;
        return reply;
      });
    };
    const settle: WorkerStore['settle'] = async (name, session, message) => {
      const claimed = this.#claims.getStore();
      const reply = await store.settle(name, session, message);
      if (claimed && reply !== 'late' && message.outcome.status === 'succeeded')
        this.#write(claimed, 'taken', String(message.outcome.outputs['token']));
      return reply;
    };
    return { ...store, claim, settle };
  }

  readonly run = async ({ inputs, task, index, signal }: FunctionContext<WorkInputs>) => {
    const { given, does, workMs } = inputs;
    const claimed = this.#claims.getStore();
    if (claimed === undefined) throw new Error('this work was begun without a claim');
    claimed.node = index === undefined ? task : `${task}[${index}]`;
    const token = `f${process.pid}-${this.#count++}`;
    this.#write(claimed, 'start', token, { given });
    const stopped = await pause(workMs, false, { signal }).catch(() => true);
    const as = stopped ? 'stopped' : fails(does, claimed) ? 'failed' : 'succeeded';
    this.#write(claimed, 'end', token, { as });
    if (as !== 'succeeded') throw new Error(`this work ${does}`);
    return { token };
  };

  #write(claimed: Claimed, what: LedgerLine['what'], token: string, more: Partial<LedgerLine> = {}): void {
    const { run, index, node = `#${index}`, attempt, generation, delivery } = claimed;
    const line: LedgerLine = {
      what,
      run,
      node,
      attempt,
      generation,
      delivery,
      worker: process.pid,
      at: now(),
      token,
      ...more,
    };
    writeSync(this.#ledger, `${JSON.stringify(line)}\n`);
  }
}

function placeOf(flight: string): Omit<Claimed, 'delivery'> {
  const { run, node, generation, attempt } = parseFlightKey(flight);
  return { run, index: node, generation, attempt };
}

function fails(does: string, { generation, attempt }: Claimed): boolean {
  if (does === 'flaky') return generation === 1 && attempt === 1;
  return does === 'fails' || (does === 'mended' && generation === 1);
}
