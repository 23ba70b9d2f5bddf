/** `sluice audit`: who changed what, and whether anybody has changed that. */
import type { Command } from 'commander';
import type { AuditRecord, ChainEnd } from '../../engine/core/audit/record.ts';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface ListFlags extends InstallationFlags {
  readonly limit: number;
  readonly namespace?: string;
  readonly action?: string;
  readonly object?: string;
  readonly who?: string;
  readonly json?: boolean;
}

export function auditCommand(host: Host): Command {
  return newCommand('audit', 'Shows who changed what; checks that the record is whole.', [
    'audit',
    'audit list --action run.cancel --who maria',
    'audit verify --noted 1042:9f2c…',
  ])
    .addCommand(listCommand(host), { isDefault: true })
    .addCommand(verifyCommand(host));
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists changes, the newest first.', [
    'audit list --limit 20',
    'audit list --object run/01JD2Z3B4V5N6M7K8J9H0G1F2E',
  ]);
  return withInstallationFlags(command)
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .option('--namespace <name>', 'only of this namespace')
    .option('--action <name>', 'only these: run.cancel, or run for all of runs')
    .option('--object <name>', 'only of this object: run/01JD…')
    .option('--who <name>', 'only by this user or token')
    .option('--json', 'print one JSON document')
    .action(({ limit, namespace, action, object, who, json, ...flags }: ListFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ audit }) => {
        const wanted = Object.entries({ namespace, action, object, who }).filter(
          ([, value]) => value !== undefined,
        );
        const records = await audit.list({ limit, ...Object.fromEntries(wanted) });
        if (json) return host.print(JSON.stringify({ format: 1, records }, null, 2));
        if (records.length === 0) return host.say('No such change was recorded.');
        const titles = ['N', 'Time', 'Who', 'Action', 'Object', ''];
        for (const line of formatTable(
          titles.map((title) => ({ title })),
          records.map(rowOf),
        ))
          host.print(line);
      }),
    );
}

function rowOf({ n, at, who, action, object, failed }: AuditRecord): string[] {
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const note = failed ? `not done (${plainText(failed.code)}), see ${failed.of}` : '';
  return [String(n), time, plainText(`${who.kind}:${who.name}`), plainText(action), plainText(object), note];
}

function verifyCommand(host: Host): Command {
  const command = newCommand('verify', 'Checks that no record was changed, removed or moved.', [
    'audit verify',
    'audit verify --noted 1042:9f2c…',
  ]);
  return withInstallationFlags(command)
    .option('--noted <n:hash>', 'a head that was noted before, and must still be in the chain')
    .option('--json', 'print one JSON document')
    .action(
      ({
        noted,
        json,
        ...flags
      }: InstallationFlags & { readonly noted?: string; readonly json?: boolean }) => {
        const known = noted === undefined ? undefined : readEnd(noted);
        return withInstallation(host, { ...flags, use: 'read' }, async ({ audit }) => {
          const { records, head, anchor, problems } = await audit.verify(known);
          if (problems.length > 0) host.exitCode = EXIT.failed;
          if (json)
            return host.print(
              JSON.stringify(
                { format: 1, whole: problems.length === 0, records, head, anchor, problems },
                null,
                2,
              ),
            );
          for (const { n, problem } of problems) host.print(`record ${n} was ${problem}`);
          if (anchor.n > 0) host.say(`Records 1 to ${anchor.n} were let go by retention.`);
          host.say(
            problems.length === 0
              ? `${records} records, all as they were written.`
              : `${records} records; somebody has changed the log.`,
          );
          host.print(`${head.n}:${head.hash}`);
          host.say(
            'Note this head where nobody who writes to Redis can change it; `--noted` compares a later log with it.',
          );
        });
      },
    );
}

function readEnd(text: string): ChainEnd {
  const [, n, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (n !== undefined && hash !== undefined) return { n: Number(n), hash };
  throw usageFailure(
    `--noted: ${JSON.stringify(text)} is no head; write what \`sluice audit verify\` has printed, n:hash.`,
  );
}
