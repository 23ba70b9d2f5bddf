/** `sluice prune`: removes ended runs that need not be kept, and what nothing refers to, now rather than in a while. */
import type { Command } from 'commander';
import { mergeRetention } from '../../engine/core/retention.ts';
import type { Unused } from '../../engine/ports/unused-remover.ts';
import { createRedisUnusedRemover } from '../../engine/redis/index.ts';
import { pruneAll } from '../../engine/runtime/pruner.ts';
import { sweepAll } from '../../engine/runtime/sweeper.ts';
import { prunerOptions } from '../../sdk/upkeep.ts';
import { newCommand, type RedisFlags, withArtifacts, withLogStore, withRedis } from '../command.ts';
import { userActing } from '../compose/auditing.ts';
import { retentionFlag, retentionOf } from '../compose/retention.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';
import { countOf } from '../view/count.ts';
import { plainText } from '../view/plain-text.ts';

interface PruneFlags extends RedisFlags {
  readonly retention?: ReturnType<typeof retentionFlag>;
  readonly dryRun?: boolean;
}

export function pruneCommand(host: Host): Command {
  const command = newCommand('prune', 'Removes ended runs that need not be kept.', [
    'prune --dry-run',
    'prune --retention succeeded=7d,failed=30d',
    'prune --retention count=100',
  ]);
  return withLogStore(withArtifacts(withRedis(command)))
    .option('--retention <bounds>', 'for workflows without their own', retentionFlag)
    .option('--dry-run', 'only show what would be removed')
    .action(({ retention, dryRun = false, ...flags }: PruneFlags) =>
      withEngine(host, { ...flags, use: dryRun ? 'read' : 'write' }, async (engine) => {
        const options = prunerOptions(engine, retentionOf(host));
        if (!dryRun)
          await engine.audit.record({
            ...userActing(),
            action: 'run.prune',
            object: 'run/*',
            before: null,
            after: null,
          });
        let count = 0;
        await pruneAll(
          { ...options, retention: mergeRetention(retention, options.retention), dryRun },
          ({ run, why }) => {
            count++;
            host.print(`${run.id}  ${plainText(run.workflow)}  ${run.status}  ${why}`);
          },
        );
        // Each shard has a copy of a plan.
        const unused = new Map<string, Unused>();
        const { connections, shards, clock } = engine;
        const remover = createRedisUnusedRemover(connections, { shards, dryRun });
        await sweepAll({ remover, clock }, (one) => {
          unused.set(`${one.kind} ${one.name}`, one);
        });
        for (const { kind, name } of unused.values())
          host.print(`${plainText(name)}  ${NOUNS[kind]}  nothing refers to it`);
        const counts = countText(count, unused.values());
        host.say(dryRun ? `${counts} would be removed (--dry-run).` : `${counts} removed.`);
      }),
    );
}

const NOUNS: Readonly<Record<Unused['kind'], string>> = {
  plan: 'plan',
  source: 'source bundle',
  workflow: 'workflow',
};

/** `2 runs, 1 plan` */
function countText(runs: number, unused: Iterable<Unused>): string {
  const all = [...unused];
  const others = Object.entries(NOUNS).flatMap(([kind, noun]) => {
    const count = all.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [countOf(count, noun)];
  });
  return [countOf(runs, 'run'), ...others].join(', ');
}
