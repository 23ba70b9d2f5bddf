/** Names of the queues that there are, also of those that nobody serves (engine/bullmq/job-form.ts says where they stand). */
import type { Connections } from './connection.ts';
import { prefixOf } from './read-key.ts';
import { escapeGlob, scanKeys } from './scan.ts';

export async function queueNames(connections: Connections): Promise<readonly string[]> {
  const prefix = prefixOf(connections.keys);
  const names = new Set<string>();
  for await (const piece of scanKeys(connections, `${escapeGlob(prefix)}bull{*:meta`))
    for (const key of piece) {
      const [, name] = /^bull\{(.+)\}:\1:meta$/s.exec(key.slice(prefix.length)) ?? [];
      if (name !== undefined) names.add(name);
    }
  return [...names].sort();
}
