/** The definition store on Redis. All its keys carry one hash tag, so that a change is one script. */
import type { Plan } from '../core/plan.ts';
import type {
  DefinitionLine,
  DefinitionStore,
  Subscription,
  WorkflowDefinition,
} from '../ports/definition-store.ts';
import type { Connections } from './connection.ts';
import { scanHash } from './scan.ts';
import { createScripts } from './scripts.ts';

export function createRedisDefinitionStore(connections: Connections): DefinitionStore {
  const { keys, call } = connections;
  const scripts = createScripts(connections);
  const keysOf = (namespace: string, name: string) => [
    keys.definition(namespace, name),
    keys.definitionLines(),
    keys.subscriptions(),
    keys.definitionChanges(),
  ];
  return {
    async read(namespace, name) {
      const json = (await call('hget', [keys.definition(namespace, name), 'json'])) as string | null;
      return json === null ? undefined : (JSON.parse(json) as WorkflowDefinition);
    },
    async write({ definition, line, subscriptions }, expected) {
      const { namespace, name, revision } = definition;
      const field = fieldOf(namespace, name);
      const pairs = subscriptions.flatMap((one, i) => [`${field}/${i}`, JSON.stringify(one)]);
      const json = [JSON.stringify(definition), field, JSON.stringify(line)];
      const args = [expected, revision, ...json, `${field}/`, ...pairs];
      return (await scripts.writeDefinition(keysOf(namespace, name), args)) === 1;
    },
    async remove(namespace, name, revision) {
      const field = fieldOf(namespace, name);
      const args = [revision, 0, '', field, '', `${field}/`];
      return (await scripts.writeDefinition(keysOf(namespace, name), args)) === 1;
    },
    async list() {
      const lines = await scanHash(connections, keys.definitionLines());
      const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return sorted.map(([, json]) => JSON.parse(json) as DefinitionLine);
    },
    async putPlan(plan) {
      await call('setnx', [keys.definitionPlan(plan.hash), JSON.stringify(plan)]);
    },
    async plan(hash) {
      const json = (await call('get', [keys.definitionPlan(hash)])) as string | null;
      return json === null ? undefined : (JSON.parse(json) as Plan);
    },
    async subscriptions(known) {
      const revision = ((await call('get', [keys.definitionChanges()])) as string | null) ?? '0';
      if (revision === known) return undefined;
      const stored = await scanHash(connections, keys.subscriptions());
      return {
        revision,
        subscriptions: [...stored.values()].map((json) => JSON.parse(json) as Subscription),
      };
    },
  };
}

/** Neither part can hold a slash that is not escaped, so the order is by namespace, then name. */
function fieldOf(namespace: string, name: string): string {
  return `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
