/** Which schedules follow which workflows, as an orchestrator knows it: read again about once a second. */
import type { Clock } from '../../ports/clock.ts';
import type { DefinitionStore } from '../../ports/definition-store.ts';

const REFRESH_MS = 900;

export class Subscriptions {
  readonly #definitions: Pick<DefinitionStore, 'subscriptions'> | undefined;
  readonly #clock: Clock;
  #followers: ReadonlyMap<string, readonly string[]> = new Map();
  #revision: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(definitions: Pick<DefinitionStore, 'subscriptions'> | undefined, clock: Clock) {
    this.#definitions = definitions;
    this.#clock = clock;
  }

  /** Rejects when the store does not answer; what was known stays. */
  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (this.#definitions === undefined || now - this.#readAt < REFRESH_MS) return;
    const changed = await this.#definitions.subscriptions(this.#revision);
    this.#readAt = now;
    if (changed === undefined) return;
    const followers = new Map<string, string[]>();
    for (const { address, namespace, workflow } of changed.subscriptions) {
      const key = `${namespace}/${workflow}`;
      followers.set(key, [...(followers.get(key) ?? []), address]);
    }
    this.#followers = followers;
    this.#revision = changed.revision;
  }

  /** Addresses of the schedules that follow the workflow. */
  of(namespace: string, workflow: string): readonly string[] {
    return this.#followers.get(`${namespace}/${workflow}`) ?? [];
  }
}
