/** Connections to single nodes of a Redis Cluster, for commands that block: on the Cluster's own they would hold up all others. */
import { type Cluster, Command, type Redis } from 'ioredis';
import { endConnection } from './end-connection.ts';

export interface Node {
  readonly host: string;
  readonly port: number;
}

/** Idle connections kept for each node. */
const IDLE_CONNECTIONS = 16;

function slotOf(key: string): number {
  return new Command('get', [key]).getSlot();
}

/** The primary of a key as far as the client knows; undefined while it knows none. */
export function nodeOf(cluster: Cluster, key: string): Node | undefined {
  const name = cluster.slots[slotOf(key)]?.[0];
  const colon = name?.lastIndexOf(':') ?? -1;
  return name === undefined || colon < 0
    ? undefined
    : { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}

/** Each connection is lent to one user at a time. One that was ended by its user is forgotten. */
export function createNodePool(open: (node: Node) => Redis) {
  const idle = new Map<string, Redis[]>();
  const all = new Set<Redis>();
  const nameOf = ({ host, port }: Node) => `${host}:${port}`;
  let closed = false;
  return {
    take(node: Node): Redis {
      for (
        let known = idle.get(nameOf(node))?.pop();
        known !== undefined;
        known = idle.get(nameOf(node))?.pop()
      ) {
        if (known.status !== 'end') return known;
        all.delete(known);
      }
      const connection = open(node);
      all.add(connection);
      connection.once('end', () => all.delete(connection));
      return connection;
    },
    giveBack(node: Node, connection: Redis): void {
      const others = idle.get(nameOf(node)) ?? [];
      idle.set(nameOf(node), others);
      if (closed || others.length >= IDLE_CONNECTIONS) endConnection(connection);
      else others.push(connection);
    },
    close(): void {
      closed = true;
      for (const connection of all) endConnection(connection);
    },
  };
}
