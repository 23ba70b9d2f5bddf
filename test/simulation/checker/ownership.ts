import type { Invariant } from './invariant.ts';

/** I6: no write with a stale fence. */
export const ownership: Invariant = {
  name: 'ownership',
  promise: 'only the newest owner of a shard commits, commit after commit, and no token is given twice',
  *check({ history }) {
    const tokens = new Map<number, string>();
    const numbers = new Map<number, number>();
    const given = new Set<string>();
    const cursors = new Map<number, [number, number]>();
    for (const entry of history) {
      if (entry.kind === 'restore') {
        tokens.clear();
        numbers.clear();
        cursors.clear();
      }
      if (entry.kind === 'lease') {
        const name = `${entry.shard}|${entry.token}`;
        if (given.has(name)) yield { what: `shard ${entry.shard}: token ${entry.token} was given twice` };
        given.add(name);
        tokens.set(entry.shard, entry.token);
      }
      if (entry.kind !== 'commit') continue;
      const { shard, token, n, commit } = entry;
      const holder = tokens.get(shard);
      if (holder !== undefined && holder !== token)
        yield { what: `shard ${shard}: commit ${n} by ${token}, but ${holder} owns it` };
      const before = numbers.get(shard);
      if (before !== undefined && n !== before + 1)
        yield { what: `shard ${shard}: commit ${n} after ${before}` };
      numbers.set(shard, n);
      if (commit.cursor === null) continue;
      const [ms = 0, i = 0] = commit.cursor.split('-').map(Number);
      const [oldMs, oldI] = cursors.get(shard) ?? [0, -1];
      if (ms < oldMs || (ms === oldMs && i <= oldI))
        yield { what: `shard ${shard}: the cursor went from ${oldMs}-${oldI} to ${commit.cursor}` };
      cursors.set(shard, [ms, i]);
    }
  },
};
