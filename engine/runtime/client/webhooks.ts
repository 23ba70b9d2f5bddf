/** Which workflows a webhook's address starts: the triggers of the current versions of applied workflows. */
import type { WebhookTrigger } from '../../core/webhook/webhook-start.ts';
import type { DefinitionLine, DefinitionStore } from '../../ports/definition-store.ts';

export interface Webhook {
  readonly namespace: string;
  readonly workflow: string;
  readonly trigger: WebhookTrigger;
}

/** Looks at all definitions again only when one has changed. */
export class Webhooks {
  readonly #definitions: Pick<DefinitionStore, 'list' | 'plan' | 'subscriptions'>;
  /** Triggers by the hash of their plan. */
  #plans = new Map<string, readonly WebhookTrigger[]>();
  #known: { readonly revision: string; readonly hooks: readonly Webhook[] } | undefined;

  constructor(definitions: Pick<DefinitionStore, 'list' | 'plan' | 'subscriptions'>) {
    this.#definitions = definitions;
  }

  async find(namespace: string, path: string): Promise<readonly Webhook[]> {
    const hooks = await this.#all();
    return hooks.filter((hook) => hook.namespace === namespace && hook.trigger.path === path);
  }

  async #all(): Promise<readonly Webhook[]> {
    const changed = await this.#definitions.subscriptions(this.#known?.revision);
    if (changed === undefined && this.#known) return this.#known.hooks;
    const lines = await this.#definitions.list();
    const hooks = (await Promise.all(lines.map((line) => this.#hooksOf(line)))).flat();
    const current = new Set(lines.map(({ plan }) => plan));
    this.#plans = new Map([...this.#plans].filter(([hash]) => current.has(hash)));
    this.#known = { revision: changed?.revision ?? '0', hooks };
    return hooks;
  }

  async #hooksOf({ namespace, name: workflow, plan: hash }: DefinitionLine): Promise<Webhook[]> {
    const triggers = this.#plans.get(hash) ?? (await this.#triggersOf(hash));
    this.#plans.set(hash, triggers);
    return triggers.map((trigger) => ({ namespace, workflow, trigger }));
  }

  async #triggersOf(hash: string): Promise<readonly WebhookTrigger[]> {
    const plan = await this.#definitions.plan(hash);
    return (plan?.triggers ?? []).flatMap((trigger) => (trigger.kind === 'webhook' ? [trigger] : []));
  }
}
