/** `sluice prune`: removes ended runs that need not be kept, now rather than in a minute. */
import type { Command } from 'commander';
import { mergeRetention } from '../../engine/core/retention.ts';
import { pruneAll } from '../../engine/runtime/pruner.ts';
import { newCommand, type RedisFlags, withArtifacts, withLogStore, withRedis } from '../command.ts';
import { userActing } from '../compose/auditing.ts';
import { prunerOptions, retentionFlag } from '../compose/retention.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';
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
        const options = prunerOptions(host, engine);
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
        const runs = `${count} ${count === 1 ? 'run' : 'runs'}`;
        host.say(dryRun ? `${runs} would be removed (--dry-run).` : `${runs} removed.`);
      }),
    );
}
