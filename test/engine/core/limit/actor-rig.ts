/** One limit with clients that ask, hold, leave, die and are killed, over a network that loses, doubles and reorders. */
import type { ActorState } from '../../../../engine/core/actor.ts';
import { parseDocumentKey } from '../../../../engine/core/actor.ts';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { acquireMessage, type LimitAsk, releaseMessage } from '../../../../engine/core/limit/ask.ts';
import {
  type AttemptName,
  type GrantedMessage,
  type Message,
  parseTimerKey,
  type StillHeldMessage,
} from '../../../../engine/core/message.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';

const START_MS = 1_000_000;

/** As a node does it: one name an attempt, a newer time for each ask, and unwanted grants are given back. */
export class LimitClient {
  phase: 'idle' | 'asking' | 'holding' = 'idle';
  readonly name: string;
  readonly #rig: ActorRig;
  #attempt = 0;
  #askedAt = 0;
  #releasedAt = 0;

  constructor(rig: ActorRig, name: string) {
    this.#rig = rig;
    this.name = name;
  }

  get attempt(): AttemptName {
    return { run: this.name, node: 0, generation: 1, attempt: this.#attempt };
  }

  ask(sameAttempt = false): void {
    if (this.phase !== 'idle') return;
    if (!sameAttempt) this.#attempt++;
    this.phase = 'asking';
    this.#askedAt = Math.max(this.#rig.now, this.#releasedAt + 1);
    this.askAgain();
  }

  askAgain(): void {
    if (this.phase !== 'asking') return;
    const ask: LimitAsk = {
      ...this.attempt,
      at: this.#askedAt,
      born: START_MS,
      priority: 5,
      fairness: this.name.endsWith('1') ? 'a' : 'b',
      cost: 1,
      workflow: 'w',
      label: '',
      declared: { limit: this.#rig.limit, workflow: 'w', at: START_MS },
    };
    this.#rig.network.push(acquireMessage(this.#rig.address, ask));
  }

  leave(): void {
    if (this.phase === 'idle') return;
    this.phase = 'idle';
    this.#releasedAt = Math.max(this.#rig.now, this.#askedAt);
    this.#rig.network.push(releaseMessage(this.#rig.address, this.attempt, this.#releasedAt));
  }

  /** Gone without a word. */
  die(): void {
    this.phase = 'idle';
    this.#attempt++;
  }

  take(message: GrantedMessage | StillHeldMessage): void {
    const isOurs = message.attempt === this.#attempt && this.phase !== 'idle';
    if (message.type === 'granted' && isOurs) {
      if (message.at === this.#askedAt) this.phase = 'holding';
      return;
    }
    if (isOurs) return;
    const at = message.type === 'granted' ? Math.max(this.#rig.now, message.at) : this.#rig.now;
    this.#rig.network.push(releaseMessage(this.#rig.address, message, at));
  }
}

export class ActorRig {
  now = START_MS;
  readonly address: string;
  readonly limit: number;
  readonly network: Message[] = [];
  readonly timers = new Map<string, number>();
  readonly clients: LimitClient[];
  #shard = newShardState(0, new Map());
  readonly #stored = new Map<string, string>();

  constructor(address: string, limit: number) {
    this.address = address;
    this.limit = limit;
    this.clients = Array.from({ length: 7 }, (_, i) => new LimitClient(this, `c${i}`));
  }

  holding(): string[] {
    return this.clients.filter(({ phase }) => phase === 'holding').map(({ name }) => name);
  }

  documents(): ActorState {
    return this.#shard.actors.get(this.address) ?? new Map();
  }

  operate(name: string, body: { readonly [field: string]: Json }): void {
    this.network.push({ type: 'actor', to: this.address, name, body, request: 'r' });
  }

  /** One thing happens, at random. */
  step(roll: number): void {
    const client = this.clients[roll % this.clients.length];
    const choice = Math.floor(roll / 7) % 20;
    this.now += roll % 3;
    if (choice < 4) client?.ask(choice === 0);
    else if (choice < 6) client?.leave();
    else if (choice === 6) client?.die();
    else if (choice === 7) client?.askAgain();
    else if (choice === 8) this.#takeOver();
    else if (choice === 9) this.#double(roll);
    else if (choice === 10) this.now += 20_000;
    else if (choice === 11) this.#ring();
    else this.#deliver(roll);
  }

  deliverAll(): void {
    while (this.network.length > 0) this.#deliver(0);
  }

  /** All that waits asks again, everything arrives, and the limit has asked everybody. */
  quieten(): void {
    for (let round = 0; round < 4; round++) {
      for (const client of this.clients) client.askAgain();
      this.deliverAll();
      this.now += 61_000;
      this.#ring();
      this.deliverAll();
    }
  }

  #deliver(roll: number): void {
    const [message] = this.network.splice(roll % Math.max(1, this.network.length), 1);
    if (!message) return;
    if (message.type === 'granted' || message.type === 'still_held')
      return this.clients.find(({ name }) => name === message.run)?.take(message);
    this.#decide(message);
  }

  #double(roll: number): void {
    const message = this.network[roll % Math.max(1, this.network.length)];
    if (message) this.network.push(message);
  }

  #ring(): void {
    for (const [timer, due] of [...this.timers]) if (due <= this.now) this.#decide(parseTimerKey(timer));
  }

  #decide(message: Message): void {
    const turn = new Turn(this.#shard, this.now);
    decide(turn, message);
    const { commit, posts } = turn.finish(null);
    for (const [key, json] of commit.documents?.set ?? []) this.#stored.set(key, json);
    for (const key of commit.documents?.remove ?? []) this.#stored.delete(key);
    for (const [timer, due] of commit.timers.set) this.timers.set(timer, due);
    for (const timer of commit.timers.remove) this.timers.delete(timer);
    for (const [, post] of posts) if (post.kind === 'message') this.network.push(post.message);
  }

  /** A new owner knows only what is stored. */
  #takeOver(): void {
    this.#shard = newShardState(0, new Map());
    for (const [key, json] of this.#stored) {
      const { actor, field } = parseDocumentKey(key);
      const documents = this.#shard.actors.get(actor) ?? new Map<string, Json>();
      this.#shard.actors.set(actor, documents);
      documents.set(field, JSON.parse(json) as Json);
    }
  }
}
