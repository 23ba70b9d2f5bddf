/**
 * A schedule on its own: its actor on a shard whose memory is made again from what is stored before every turn, with time
 * that stands until it is moved. Runs begin when they are posted and end when the test says so.
 */
import { documentKey, parseDocumentKey } from '../../engine/core/actor.ts';
import { decide, Turn } from '../../engine/core/decide/index.ts';
import type { Json } from '../../engine/core/json.ts';
import { type Answer, type InboxMessage, type Message, parseTimerKey } from '../../engine/core/message.ts';
import type { RunRequest } from '../../engine/core/post.ts';
import type {
  Backfill,
  ScheduleSpec,
  ScheduleState,
  ScheduleTrigger,
} from '../../engine/core/schedule/document.ts';
import { scheduleAddress } from '../../engine/core/schedule/document.ts';
import { newShardState } from '../../engine/core/shard-state.ts';

export const ADDRESS = scheduleAddress('default', 'etl', 0);
const NONE = new Map();

export function aSpec(trigger: ScheduleTrigger, change: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return {
    format: 1,
    revision: 1,
    version: 1,
    namespace: 'default',
    workflow: 'etl',
    plan: 'p1',
    trigger,
    inputs: {},
    labels: {},
    priority: 5,
    ...change,
  };
}

export class ScheduleRig {
  now: number;
  readonly started: RunRequest[] = [];
  readonly sent: InboxMessage[] = [];
  readonly documents = new Map<string, string>();
  readonly timers = new Map<string, number>();
  readonly answers: Answer[] = [];
  readonly #known = new Set<string>();
  #requests = 0;

  constructor(now: string) {
    this.now = Date.parse(now);
  }

  set(spec: ScheduleSpec): this {
    return this.tell('set', { spec: spec as unknown as Json });
  }

  tell(name: string, body: { readonly [field: string]: Json } = {}): this {
    this.take({ type: 'actor', to: ADDRESS, name, body, request: `r${this.#requests++}` });
    return this;
  }

  /** One turn, over memory that was loaded from the store. */
  take(message: Message): void {
    const shard = newShardState(0, NONE);
    for (const [key, json] of this.documents) {
      const { actor, field } = parseDocumentKey(key);
      const documents = shard.actors.get(actor) ?? new Map<string, Json>();
      shard.actors.set(actor, documents.set(field, JSON.parse(json) as Json));
    }
    const turn = new Turn(shard, this.now);
    decide(turn, message);
    const { commit, posts } = turn.finish(null);
    for (const [key, json] of commit.documents?.set ?? []) this.documents.set(key, json);
    for (const key of commit.documents?.remove ?? []) this.documents.delete(key);
    for (const [key, due] of commit.timers.set) this.timers.set(key, due);
    for (const key of commit.timers.remove) this.timers.delete(key);
    for (const [, json] of commit.answers ?? []) this.answers.push(JSON.parse(json) as Answer);
    for (const [, post] of posts) {
      if (post.kind === 'message') this.sent.push(post.message);
      else if (post.kind === 'start' && !this.#known.has(post.header.id)) {
        this.#known.add(post.header.id);
        this.started.push(post.header);
      }
    }
  }

  /** Moves time on; each timer is taken when it is due. */
  until(time: string): this {
    const end = Date.parse(time);
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.now = Math.max(this.now, due[1]);
      this.take(parseTimerKey(due[0]));
    }
    this.now = end;
    return this;
  }

  /** Nobody takes timers until then. */
  sleepUntil(time: string): this {
    this.now = Date.parse(time);
    return this.until(time);
  }

  /** A run ends, of this schedule unless another body is given. */
  end(run: string, status = 'succeeded', body: { readonly [field: string]: Json } = {}): this {
    return this.tell('run_ended', { run, status, ...body });
  }

  /** Logical times of the runs that were started, in order. */
  get times(): string[] {
    return this.started.map(({ trigger }) => String(trigger['logical_time']).slice(0, 16));
  }

  get state(): ScheduleState {
    return JSON.parse(this.documents.get(documentKey(ADDRESS, 'state')) ?? '{}') as ScheduleState;
  }

  backfill(id: string): Backfill {
    return JSON.parse(this.documents.get(documentKey(ADDRESS, `backfill:${id}`)) ?? '{}') as Backfill;
  }

  #next(end: number): [string, number] | undefined {
    return [...this.timers].filter(([, due]) => due <= end).sort((a, b) => a[1] - b[1])[0];
  }
}
