/**
 * A reference interpreter of workflows: small, slow, in virtual time, and written from the description of the language alone.
 * It shares no code with `decide`; rules and edges are those of the simulation's plain reference.
 */
import type { Json } from '../../engine/core/json.ts';
import type { PlanEdge } from '../../engine/core/plan.ts';
import { type EdgeNow, type End, letterOf, verdictNow } from '../simulation/reference.ts';
import { answerOf, type Draft, type DraftRead, type DraftTask, RETRY_MS } from './draft.ts';

export interface NodeEnd {
  readonly end: End;
  readonly value?: number;
  readonly tries: number;
}

export interface Interpreted {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** By task id. */
  readonly tasks: ReadonlyMap<string, NodeEnd>;
  /** Of fan-outs that began, by task id. */
  readonly fans: ReadonlyMap<string, readonly NodeEnd[]>;
  readonly outputs: readonly Json[];
  /** The cancel came before all tasks had ended. */
  readonly wasCancelled: boolean;
}

interface Started {
  readonly nodes: readonly (NodeEnd & { readonly atMs: number })[];
  readonly atMs: number;
  readonly end: End;
}

export function interpret(draft: Draft): Interpreted {
  return new Interpretation(draft).toTheEnd();
}

class Interpretation {
  readonly #draft: Draft;
  readonly #tasks = new Map<number, NodeEnd>();
  readonly #values = new Map<number, Json>();
  readonly #fans = new Map<string, NodeEnd[]>();
  readonly #started = new Map<number, Started>();
  #nowMs = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  toTheEnd(): Interpreted {
    const wasCancelled = this.#play('main', this.#draft.cancelAtMs);
    const outputs = this.#draft.outputs.map((read) => this.#read(read));
    let status: Interpreted['status'] = wasCancelled ? 'cancelled' : 'succeeded';
    if (outputs.includes(undefined) && status === 'succeeded') status = 'failed';
    for (const [index, { end }] of this.#tasks)
      if (end === 'failed' && !this.#task(index).allowFailure) status = 'failed';
    for (const phase of ['on_success', 'on_failure'] as const)
      if (status === (phase === 'on_success' ? 'succeeded' : 'failed')) this.#play(phase);
      else this.#skip(phase);
    this.#play('on_finish');
    const tasks = new Map([...this.#tasks].map(([index, end]) => [this.#task(index).id, end]));
    return { status, tasks, fans: this.#fans, outputs: outputs.map((value) => value ?? null), wasCancelled };
  }

  /** Runs all tasks of a phase. Answers whether they were cut short by a cancel. */
  #play(phase: DraftTask['phase'], cancelAtMs = Number.POSITIVE_INFINITY): boolean {
    const open = new Set(this.#draft.tasks.flatMap((task, index) => (task.phase === phase ? [index] : [])));
    for (;;) {
      this.#settleAll(open);
      if (open.size === 0) return false;
      const [next] = [...this.#started].sort((a, b) => a[1].atMs - b[1].atMs);
      if (!next || next[1].atMs > cancelAtMs) break;
      this.#nowMs = Math.max(this.#nowMs, next[1].atMs);
      this.#finish(next[0], next[1]);
      open.delete(next[0]);
    }
    for (const index of open) this.#cancel(index, cancelAtMs);
    return true;
  }

  /** Whatever can be said now of tasks that have not begun. */
  #settleAll(open: Set<number>): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const index of open) {
        if (this.#started.has(index)) continue;
        const verdict = verdictNow(this.#task(index).rule, this.#edges(index));
        if (verdict === undefined) continue;
        changed = true;
        if (verdict === 'run') this.#start(index);
        else this.#end(index, { end: verdict, tries: 0 });
        if (this.#tasks.has(index)) open.delete(index);
      }
    }
  }

  /** Written edges, and one for each reference to a task that no edge is written to. Handlers read without waiting. */
  #edges(index: number): EdgeNow[] {
    const { needs, reads, condition, phase } = this.#task(index);
    const edges: PlanEdge[] = needs.map(({ task, ...need }) => ({ from: task, ...need }));
    const references = reads.map(({ task }) => task);
    if (condition?.kind === 'status') references.push(condition.of);
    for (const from of phase === 'main' ? references : [])
      if (!edges.some((edge) => edge.from === from)) edges.push({ from, data: true });
    return edges.map((edge) => {
      const { choice = null, allowFailure } = this.#task(edge.from);
      const ended = this.#tasks.get(edge.from);
      return {
        edge,
        isOpen: ended === undefined,
        letter: ended && letterOf(edge, ended.end, { allowFailure }, { choice }),
      };
    });
  }

  #start(index: number): void {
    const { condition, choice, items } = this.#task(index);
    if (condition?.kind === 'error') return this.#end(index, { end: 'failed', tries: 0 });
    const isFalse =
      (condition?.kind === 'fixed' && !condition.holds) ||
      (condition?.kind === 'status' && this.#tasks.get(condition.of)?.end !== 'succeeded');
    if (isFalse) return this.#end(index, { end: 'skipped', tries: 0 });
    if (choice !== undefined) return this.#end(index, { end: 'succeeded', tries: 1 });
    const nodes = items === undefined ? [this.#node(index, 0, this.#nowMs)] : this.#fan(index, items);
    const atMs = Math.max(this.#nowMs, ...nodes.map((node) => node.atMs));
    const started = { nodes, atMs, end: this.#endOf(index, nodes) };
    this.#started.set(index, started);
    if (atMs === this.#nowMs) this.#finish(index, started);
  }

  #fan(index: number, items: number): Started['nodes'] {
    const { isOneByOne, maxFailures } = this.#task(index);
    const nodes: (NodeEnd & { readonly atMs: number })[] = [];
    let atMs = this.#nowMs;
    for (let item = 0; item < items; item++) {
      const isSpent = nodes.filter(({ end }) => end === 'failed').length > maxFailures;
      if (isOneByOne && isSpent) nodes.push({ end: 'cancelled', tries: 0, atMs });
      else nodes.push(this.#node(index, item, isOneByOne ? atMs : this.#nowMs));
      atMs = nodes.at(-1)?.atMs ?? atMs;
    }
    return nodes;
  }

  /** All tries of one node that begins at a moment. */
  #node(index: number, item: number, fromMs: number): NodeEnd & { readonly atMs: number } {
    const { id, condition, reads, work, attempts } = this.#task(index);
    if (condition?.kind === 'item' && item >= condition.below)
      return { end: 'skipped', tries: 0, atMs: fromMs };
    const read = reads.map((one) => this.#read(one));
    if (read.includes(undefined)) return { end: 'failed', tries: 0, atMs: fromMs };
    const { takesMs, failures } = work[item] ?? { takesMs: 0, failures: 0 };
    const tries = Math.min(attempts, failures + 1);
    const atMs = fromMs + tries * takesMs + (tries - 1) * RETRY_MS;
    if (failures >= attempts) return { end: 'failed', tries, atMs };
    const texts = read.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    return { end: 'succeeded', tries, atMs, value: answerOf(id, item, texts) };
  }

  #endOf(index: number, nodes: readonly NodeEnd[]): End {
    const { items, maxFailures } = this.#task(index);
    const count = (end: End) => nodes.filter((node) => node.end === end).length;
    if (items === undefined) return nodes[0]?.end ?? 'failed';
    if (count('failed') > maxFailures) return 'failed';
    return items > 0 && count('skipped') === items ? 'skipped' : 'succeeded';
  }

  #finish(index: number, { nodes, end }: Started): void {
    const { id, items } = this.#task(index);
    this.#started.delete(index);
    const [only] = nodes;
    if (items !== undefined) this.#fans.set(id, [...nodes]);
    if (end === 'succeeded')
      this.#values.set(
        index,
        items === undefined ? (only?.value ?? null) : nodes.map(({ value = null }) => value),
      );
    this.#end(index, items === undefined && only ? only : { end, tries: 0 });
  }

  #end(index: number, { end, value, tries }: NodeEnd): void {
    this.#tasks.set(index, { end, tries, ...(value === undefined ? {} : { value }) });
  }

  /** What has ended stays; the rest of it is cancelled. A fan-out that could only fail any more has failed. */
  #cancel(index: number, atMs: number): void {
    const { nodes = [] } = this.#started.get(index) ?? {};
    this.#started.delete(index);
    const { id, items, maxFailures } = this.#task(index);
    const cut = nodes.map((node): NodeEnd => (node.atMs <= atMs ? node : { end: 'cancelled', tries: 0 }));
    if (items !== undefined && nodes.length > 0) this.#fans.set(id, cut);
    const isSpent = items !== undefined && cut.filter(({ end }) => end === 'failed').length > maxFailures;
    this.#end(index, { end: isSpent ? 'failed' : 'cancelled', tries: 0 });
  }

  #skip(phase: DraftTask['phase']): void {
    for (const [index, task] of this.#draft.tasks.entries())
      if (task.phase === phase) this.#end(index, { end: 'skipped', tries: 0 });
  }

  /** Undefined: it cannot be resolved. */
  #read({ task, isSafe }: DraftRead): Json | undefined {
    return this.#values.get(task) ?? (isSafe ? 'none' : undefined);
  }

  #task(index: number): DraftTask {
    const task = this.#draft.tasks[index];
    if (!task) throw new Error(`the draft has no task ${index}`);
    return task;
  }
}
