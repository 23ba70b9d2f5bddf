/**
 * The work of chaos: a function that writes down its start and its end, and fails when it is told to. Which generation and
 * delivery it belongs to is not told to functions; so the worker's store is watched, and the claim is remembered in the
 * context of its attempt.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { SettledMessage } from '../../../engine/core/message.ts';
import type { SettleReply, WorkerStore } from '../../../engine/ports/shard-store.ts';
import type { FunctionContext } from '../../../executors/index.ts';
import type { LedgerLine } from '../ledger.ts';

/** The clock of the machine, whatever the role's own was set to. */
const now = Date.now.bind(Date);

/** Of a chain: the one that is worked on now. */
interface Claimed {
  run: string;
  index: number;
  generation: number;
  attempt: number;
  delivery: number;
  readonly node?: string | undefined;
}

interface WorkInputs {
  readonly given: NonNullable<LedgerLine['given']>;
  readonly does: string;
  readonly workMs: number;
}

export class ChaosWork {
  readonly #ledger: number;
  readonly #claims = new AsyncLocalStorage<Claimed>();
  /** What nodes are called, of those that came by here: a shell task does not. */
  readonly #names = new Map<string, string>();
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
      const reply = await store.settle(name, session, message);
      this.#noteTaken(message, reply);
      return reply;
    };
    const settleAndClaim: WorkerStore['settleAndClaim'] = async (name, session, message, next) => {
      const current = this.#claims.getStore();
      const reply = await store.settleAndClaim(name, session, message, next);
      this.#noteTaken(message, reply.settled);
      if (current && reply.next)
        Object.assign(current, { ...placeOf(next.flight), delivery: reply.next.delivery });
      return reply;
    };
    return { ...store, claim, settle, settleAndClaim };
  }

  #noteTaken(message: SettledMessage, reply: SettleReply): void {
    const { run, generation, attempt, delivery, node: index, outcome } = message;
    if (reply === 'late' || outcome.status !== 'succeeded') return;
    const node = this.#names.get(`${run}:${index}`);
    const claimed = { run, index, generation, attempt, delivery, node };
    this.#write(claimed, 'taken', String(outcome.outputs['token']));
  }

  readonly run = async ({ inputs, task, index, signal }: FunctionContext<WorkInputs>) => {
    const { given, does, workMs } = inputs;
    const current = this.#claims.getStore();
    if (current === undefined) throw new Error('this work was begun without a claim');
    const claimed = { ...current, node: index === undefined ? task : `${task}[${index}]` };
    this.#names.set(`${claimed.run}:${claimed.index}`, claimed.node);
    const token = `f${process.pid}-${this.#count++}`;
    this.#write(claimed, 'start', token, { given });
    const stopped = await pause(workMs, false, { signal }).catch(() => true);
    const as = stopped ? 'stopped' : fails(does, claimed) ? 'failed' : 'succeeded';
    this.#write(claimed, 'end', token, { as });
    if (as !== 'succeeded') throw new Error(`this work ${does}`);
    return { token };
  };

  #write(claimed: Claimed, what: LedgerLine['what'], token: string, more: Partial<LedgerLine> = {}): void {
    const { run, index, attempt, generation, delivery } = claimed;
    const node = claimed.node ?? `#${index}`;
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
