/** The definition store in plain Maps. Values are kept as JSON, so that nothing is shared with anyone. */
import type { Plan } from '../core/plan.ts';
import type {
  DefinitionChange,
  DefinitionLine,
  DefinitionStore,
  Subscription,
  WorkflowDefinition,
} from '../ports/definition-store.ts';

interface Stored {
  readonly revision: number;
  readonly json: string;
}

export function createMemoryDefinitionStore(): DefinitionStore {
  const stored = new Map<string, Stored>();
  const plans = new Map<string, string>();
  let changes = 0;
  const keyOf = (namespace: string, name: string) => JSON.stringify([namespace, name]);
  const all = () => [...stored.values()].map(({ json }) => JSON.parse(json) as DefinitionChange);
  return {
    async read(namespace, name): Promise<WorkflowDefinition | undefined> {
      const found = stored.get(keyOf(namespace, name));
      return found && (JSON.parse(found.json) as DefinitionChange).definition;
    },
    async write(change, expected) {
      const { namespace, name, revision } = change.definition;
      const key = keyOf(namespace, name);
      if ((stored.get(key)?.revision ?? 0) !== expected) return false;
      stored.set(key, { revision, json: JSON.stringify(change) });
      changes++;
      return true;
    },
    async remove(namespace, name, revision) {
      const key = keyOf(namespace, name);
      if (stored.get(key)?.revision !== revision) return false;
      changes++;
      return stored.delete(key);
    },
    async list(): Promise<DefinitionLine[]> {
      return all()
        .map(({ line }) => line)
        .sort(byName);
    },
    async putPlan(plan) {
      plans.set(plan.hash, JSON.stringify(plan));
    },
    async plan(hash): Promise<Plan | undefined> {
      const json = plans.get(hash);
      return json === undefined ? undefined : (JSON.parse(json) as Plan);
    },
    async subscriptions(known) {
      const revision = String(changes);
      if (known === revision) return undefined;
      const subscriptions: Subscription[] = all().flatMap((change) => change.subscriptions);
      return { revision, subscriptions };
    },
  };
}

function byName(a: DefinitionLine, b: DefinitionLine): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
