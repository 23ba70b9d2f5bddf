/**
 * Delivers a shard's posts after the commit that stored them, and again until it worked: a message to the inbox of its
 * addressee's shard, a start to the shard of the new run, a delivery to somebody outside. Delivered posts are taken out of the store by the next commit.
 */
import { type DeliveryReply, repliedMessage } from '../../core/notification/message.ts';
import type { Plan } from '../../core/plan.ts';
import type { Post, RunRequest } from '../../core/post.ts';
import { shardOf } from '../../core/run-id.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { ClientStore, OwnerStore } from '../../ports/shard-store.ts';
import type { CalmLogger } from '../calm-logger.ts';

const MAX_PLANS = 20;
/** Deliveries to the outside under way at the same time. The others wait in the outbox. */
const MAX_DELIVERIES = 16;

const NO_NOTIFIER: DeliveryReply = {
  kind: 'failed',
  error:
    'the orchestrator that had it has no way to deliver notifications; run one with `sluice orchestrator`',
};

export interface PostOfficeOptions {
  readonly store: Pick<OwnerStore, 'loadPlan'> & Pick<ClientStore, 'send' | 'start' | 'storePlan'>;
  readonly shards: number;
  readonly state: ShardState;
  readonly complaints: CalmLogger;
  /** Absent: nothing can be delivered to the outside, which deliveries are told. */
  readonly notifier?: Notifier | undefined;
  /** Whether another may have the shard by now: nothing more is delivered to the outside. Default: never. */
  readonly isOver?: () => boolean;
}

export class PostOffice {
  readonly #options: PostOfficeOptions;
  /** Posts under way, so that none is sent twice at the same time. */
  readonly #underWay = new Set<string>();
  #deliveries = 0;
  /** How deliveries went whose actor could not be told yet, by post: they are not made again for that. */
  readonly #replies = new Map<string, DeliveryReply>();
  /** Plans of runs that were started of late: a fan-out starts many of one. */
  readonly #plans = new Map<string, Plan>();

  constructor(options: PostOfficeOptions) {
    this.#options = options;
  }

  /** Takes over what a former owner left undelivered. */
  adopt(stored: readonly (readonly [id: string, json: string])[]): void {
    const { state } = this.#options;
    for (const [id, json] of stored) {
      state.outbox.set(id, JSON.parse(json) as Post);
      state.nextPost = Math.max(state.nextPost, Number(id) + 1);
    }
  }

  /** New posts, whose commit is stored. Does not wait for them. */
  send(posts: readonly (readonly [id: string, post: Post])[]): void {
    for (const [id, post] of posts) this.#options.state.outbox.set(id, post);
    this.sendAll();
  }

  /** All that was not delivered and is not under way. */
  sendAll(): void {
    const { state, complaints } = this.#options;
    this.#deliverAll();
    const waiting = [...state.outbox].filter(
      ([id, { kind }]) => kind !== 'delivery' && !this.#underWay.has(id),
    );
    if (waiting.length === 0) return;
    for (const [id] of waiting) this.#underWay.add(id);
    const ids = (kind: Post['kind']) => waiting.filter(([, post]) => post.kind === kind).map(([id]) => id);
    const messages = waiting.flatMap(([, post]) => (post.kind === 'message' ? [post.message] : []));
    const work: Promise<void>[] = [];
    if (messages.length > 0) work.push(this.#track(ids('message'), this.#options.store.send(messages)));
    for (const [id, post] of waiting)
      if (post.kind === 'start') work.push(this.#track([id], this.#start(post.header)));
    void Promise.all(work).catch((thrown: unknown) =>
      complaints.warn('messages between shards could not be delivered and will be sent again', thrown),
    );
  }

  /** As many as there is room for, oldest first. */
  #deliverAll(): void {
    for (const [id, post] of this.#options.state.outbox) {
      if (this.#deliveries >= MAX_DELIVERIES || this.#options.isOver?.()) return;
      if (post.kind !== 'delivery' || this.#underWay.has(id)) continue;
      this.#underWay.add(id);
      this.#deliveries++;
      void this.#track([id], this.#deliver(id, post))
        .finally(() => this.#deliveries--)
        .then(
          () => this.#deliverAll(),
          // The patrol tries again.
          (thrown: unknown) =>
            this.#options.complaints.warn('how a delivery went could not be stored and will be', thrown),
        );
    }
  }

  /** The post is done once its actor was told how it went, whatever that was. */
  async #deliver(
    id: string,
    { to, attempt, notification }: Extract<Post, { kind: 'delivery' }>,
  ): Promise<void> {
    const { notifier, store } = this.#options;
    const reply = this.#replies.get(id) ?? (await notifier?.deliver(notification)) ?? NO_NOTIFIER;
    this.#replies.set(id, reply);
    await store.send([repliedMessage(to, notification.id, attempt, reply)]);
    this.#replies.delete(id);
  }

  async #track(ids: readonly string[], delivery: Promise<void>): Promise<void> {
    const { state } = this.#options;
    try {
      await delivery;
      for (const id of ids) if (state.outbox.delete(id)) state.delivered.add(id);
    } finally {
      for (const id of ids) this.#underWay.delete(id);
    }
  }

  /** Sub-workflows are started from the run's own shard, so their plans must be there. */
  async #bringPlans(plan: Plan, { id, pins = {} }: RunRequest): Promise<void> {
    const { store, state, shards } = this.#options;
    const target = shardOf(id, shards);
    // A run without sub-workflows needs none, whatever its parent's pins say.
    if (target === state.shard || plan.tasks.every(({ child }) => child === undefined)) return;
    const hashes = new Set([...Object.values(pins), ...childrenOf(plan)]);
    for (const hash of hashes) {
      const child = await this.#plan(hash);
      if (!child) continue;
      await store.storePlan(target, child);
      for (const grandchild of childrenOf(child)) hashes.add(grandchild);
    }
  }

  async #plan(hash: string): Promise<Plan | undefined> {
    const { store, state } = this.#options;
    const plan = this.#plans.get(hash) ?? (await store.loadPlan(state.shard, hash));
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear();
    if (plan) this.#plans.set(hash, plan);
    return plan;
  }

  /** Somebody else started it, and perhaps long ago: who waits for it may not be among those that it tells. */
  async #askForEnd({ id, tell = [] }: RunRequest): Promise<void> {
    if (tell.length > 0)
      await this.#options.store.send(tell.map((address) => ({ type: 'report', run: id, tell: address })));
  }

  /** A run that is there already, from this post or from anyone else, is as good as started. */
  async #start(header: RunRequest): Promise<void> {
    const { store, complaints } = this.#options;
    const plan = await this.#plan(header.plan);
    if (plan) {
      await this.#bringPlans(plan, header);
      const { kind } = await store.start(header, plan, { always: true });
      if (kind === 'exists') await this.#askForEnd(header);
      return;
    }
    complaints.warn(
      `run ${header.id} of ${header.workflow} cannot be started`,
      'its plan is not in the store',
    );
    if (header.parent === undefined) return;
    const { run, node, generation, attempt } = header.parent;
    const error = {
      code: 'child_not_started',
      message: `the plan of ${header.workflow} is not in the store`,
    };
    const name = { run, node, generation, attempt };
    await store.send([
      { type: 'child_ended', ...name, child: header.id, status: 'failed', outputs: {}, error },
    ]);
  }
}

/** Plans that a plan names by their hashes. */
function childrenOf({ tasks }: Plan): string[] {
  return tasks.flatMap(({ child }) => child?.hash ?? []);
}
