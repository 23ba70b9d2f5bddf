/** A chain in the hands of a worker: makes the ticket of each next node from what those before it left. */
import type { JsonObject } from '../json.ts';
import { OutputsNeeded } from '../large-outputs.ts';
import { newRecord } from '../node-record.ts';
import type { PlanTask } from '../plan.ts';
import { prepareTicket } from '../prepare.ts';
import { NO_RETRY } from '../retry-policy.ts';
import type { NodeOutput, RunHeader } from '../run-header.ts';
import { newRunState, type RunState } from '../run-state.ts';
import type { AttemptResult, Ticket } from '../ticket.ts';
import type { ChainTask, TicketChain } from './chain.ts';

export class OpenChain {
  readonly #ticket: Ticket;
  readonly #chain: TicketChain;
  /** A run of the chain's own tasks alone: the first node, those behind it, and the tasks that they read. */
  readonly #run: RunState;
  #done = 0;

  constructor(ticket: Ticket, chain: TicketChain) {
    this.#ticket = ticket;
    this.#chain = chain;
    this.#run = runOf(ticket, chain);
  }

  /** The ticket behind the node that has just succeeded. Undefined: there is none, or its owner has to see why not. */
  next(result: AttemptResult): Ticket | undefined {
    const link = this.#chain.links[this.#done];
    if (!link) return undefined;
    this.#succeed(this.#done, leftBy(result));
    this.#done++;
    const ticket = this.#prepare(this.#done);
    const { queue, priority, traceparent } = this.#ticket;
    const traced = traceparent === undefined ? {} : { traceparent };
    return ticket && { ...ticket, node: link.node, queue, priority, ...traced };
  }

  #prepare(node: number): Ticket | undefined {
    try {
      const prepared = prepareTicket(this.#run, { shard: this.#ticket.shard, node, delivery: 0 });
      return 'value' in prepared ? prepared.value : undefined;
    } catch (thrown) {
      // Large outputs are for its owner to load.
      if (thrown instanceof OutputsNeeded) return undefined;
      throw thrown;
    }
  }

  #succeed(index: number, left: NodeOutput): void {
    const record = this.#run.nodes[index];
    if (record) record.state = 'succeeded';
    this.#run.outputs.set(index, left);
  }
}

function leftBy({ outputs, large, artifacts }: AttemptResult): NodeOutput {
  return {
    o: outputs,
    ...(large ? { l: large } : {}),
    ...(artifacts ? { a: artifacts as unknown as JsonObject } : {}),
  };
}

function runOf(ticket: Ticket, { run: fixed, secrets, known, links }: TicketChain): RunState {
  const header: RunHeader = {
    ...fixed,
    format: 1,
    id: ticket.run,
    namespace: ticket.namespace,
    workflow: ticket.workflow,
    labels: {},
    priority: 0,
    ...(ticket.source === undefined ? {} : { source: ticket.source }),
    status: 'running',
    seq: 0,
    nodes: 0,
    fingerprint: '',
  };
  const first = { ...NO_TASK, id: ticket.task };
  const tasks = [
    first,
    ...links.map(({ task }) => ({ ...NO_TASK, ...task })),
    ...known.map(([id]) => ({ ...NO_TASK, id })),
  ].map(planTask);
  const run = newRunState(
    header,
    {
      format: 1,
      hash: fixed.plan,
      name: ticket.workflow,
      namespace: ticket.namespace,
      labels: {},
      inputs: {},
      priority: 0,
      ...(secrets === undefined ? {} : { secrets }),
      tasks,
      outputs: {},
    },
    () => 0,
  );
  known.forEach(([, left], i) => {
    const index = 1 + links.length + i;
    run.nodes[index] = { ...newRecord(index), state: 'succeeded' };
    run.outputs.set(index, left);
  });
  links.forEach(({ generation, attempt }, i) => {
    run.nodes[i + 1] = { ...newRecord(i + 1), generation, attempt };
  });
  return run;
}

const NO_TASK: ChainTask = { id: '', action: { uses: '', with: {} }, env: {}, artifacts: {}, files: {} };

/** What a ticket is not made from is left open. */
function planTask(task: ChainTask): PlanTask {
  return {
    ...task,
    edges: [],
    triggerRule: 'all_success',
    maxFailures: { count: 0 },
    failFast: false,
    retry: NO_RETRY,
    allowFailure: false,
    queue: 'default',
    priority: 0,
  };
}
