/** `sluice limits`: who holds limits, who waits for them, and changing one while runs go on. */
import { type Command, InvalidArgumentError } from 'commander';
import { formatDuration } from '../../engine/core/duration.ts';
import type { LimitKind, LimitName } from '../../engine/core/limit/address.ts';
import type { LimitLine, LimitList } from '../../server/contract/limits.ts';
import { duration, type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Limits } from '../installation/limits.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { differingText } from '../view/differing-limits.ts';
import { plainText } from '../view/plain-text.ts';

interface LimitFlags extends InstallationFlags {
  readonly namespace: string;
  readonly json?: boolean;
}

type ListFlags = Omit<LimitFlags, 'namespace'> & { readonly namespace?: string };

interface ChangeFlags extends LimitFlags {
  readonly rate?: boolean;
  readonly limit: number;
  readonly per?: number;
  readonly by?: string;
}

export function limitsCommand(host: Host): Command {
  return newCommand('limits', 'Shows who holds limits and who waits, and changes them.', [
    'limits',
    'limits show deploy-prod',
    'limits set api --limit 3',
  ])
    .addCommand(listCommand(host), { isDefault: true })
    .addCommand(showCommand(host))
    .addCommand(setCommand(host))
    .addCommand(resetCommand(host));
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists limits in use, and those set by an operator.', [
    'limits list',
    'limits list --json',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .allowExcessArguments()
    .action((flags: ListFlags, { args: [other] }: Command) => {
      if (other !== undefined) throw noSuchCommand(other);
      return withInstallation(host, { ...flags, use: 'read' }, async ({ limits }) => {
        const views = await limits.list(flags.namespace);
        if (flags.json) printJson(host, views);
        else printTable(host, views);
      });
    });
}

/** `sluice limits KEY`: what was meant is most likely this limit. */
function noSuchCommand(other: string): CliFailure {
  const key = plainText(other);
  return usageFailure(
    `\`sluice limits\` has no command "${key}". One limit: \`sluice limits show ${key}\`; all: \`sluice limits\`.`,
  );
}

function showCommand(host: Host): Command {
  const command = newCommand('show', 'Shows one limit with all that hold it and wait for it.', [
    'limits show deploy-prod',
    'limits show api --namespace billing --json',
  ]).argument('<key>', 'key of the limit');
  return withNamespace(withInstallationFlags(command))
    .option('--json', 'print one JSON document')
    .action((key: string, flags: LimitFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ limits }) => {
        const views = await limits.ofKey(flags.namespace, key);
        if (views.length === 0) throw unused(key, flags.namespace);
        if (flags.json) return printJson(host, views);
        for (const view of views) for (const line of describeLimit(view)) host.print(line);
      }),
    );
}

function setCommand(host: Host): Command {
  const command = newCommand('set', 'Sets a limit, whatever workflows declare, until it is reset.', [
    'limits set deploy-prod --limit 2',
    'limits set api --limit 0',
    'limits set api --rate --limit 100 --per 1m',
  ]).argument('<key>', 'key of the limit');
  return withNamespace(withInstallationFlags(command))
    .requiredOption('--limit <n>', 'how many at once; 0 lets nobody in', countOrZero)
    .option('--rate', 'the rate limit of this key: units in a window')
    .option('--per <duration>', 'length of the window of a rate limit', duration)
    .option('--by <name>', 'who sets it; stands in the list')
    .action((key: string, flags: ChangeFlags) => {
      if (flags.per !== undefined && !flags.rate)
        throw usageFailure('--per belongs to a rate limit: add --rate.');
      return change(host, key, flags, flags.limit);
    });
}

function resetCommand(host: Host): Command {
  const command = newCommand('reset', 'Lets hold again what workflows declare.', [
    'limits reset deploy-prod',
    'limits reset api --rate',
  ]).argument('<key>', 'key of the limit');
  return withNamespace(withInstallationFlags(command))
    .option('--rate', 'the rate limit of this key')
    .action((key: string, flags: ChangeFlags) => change(host, key, flags, undefined));
}

function withNamespace(command: Command): Command {
  return command.option('--namespace <name>', 'namespace of the limit', 'default');
}

function countOrZero(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

/** @param limit undefined: what workflows declare holds again */
function change(
  host: Host,
  key: string,
  { rate, per, by, ...flags }: ChangeFlags,
  limit: number | undefined,
): Promise<void> {
  const kind: LimitKind = rate ? 'rate' : 'concurrency';
  const name = { kind, namespace: flags.namespace, key };
  return withInstallation(host, { ...flags, use: 'write' }, async ({ limits }) => {
    if (rate && limit !== undefined && per === undefined) await requireWindow(limits, name);
    const window = per === undefined ? {} : { perMs: per };
    const said = by === undefined ? {} : { by };
    const { before, limit: now } = await (limit === undefined
      ? limits.reset(name)
      : limits.set(name, { limit, ...window, ...said }));
    const was = before === null ? 'was not set' : `was ${before}`;
    if (now === null) host.say(`The limit "${plainText(key)}" ${was} and is forgotten: nobody uses it.`);
    else host.say(`The limit "${plainText(key)}" is ${now} now; it ${was}.${drainNote(before, now)}`);
  });
}

/** A rate needs its window: given now, or known already. */
async function requireWindow(limits: Limits, { namespace, key }: LimitName): Promise<void> {
  const known = (await limits.ofKey(namespace, key)).find(({ kind }) => kind === 'rate');
  if (known === undefined || known.per_ms === null)
    throw usageFailure(
      `The rate limit "${key}" is not in use, so its window is not known: give --per, such as --per 1m.`,
    );
}

function drainNote(before: number | null, now: number): string {
  return before !== null && now < before
    ? ' Who holds it keeps it; nobody is let in before there is room.'
    : '';
}

function unused(key: string, namespace: string): CliFailure {
  return new CliFailure(
    EXIT.notFound,
    `Nobody holds the limit "${key}" of namespace ${namespace} or waits for it, and nobody has set it. \`sluice limits\` shows those in use.`,
  );
}

function printJson(host: Host, limits: readonly LimitLine[]): void {
  const found: LimitList = { format: 1, limits: [...limits] };
  host.print(JSON.stringify(found, null, 2));
}

function printTable(host: Host, limits: readonly LimitLine[]): void {
  if (limits.length === 0) return host.say('No limit is in use.');
  const rows = limits.map((one) => [
    plainText(one.key),
    one.namespace,
    limitText(one),
    one.kind === 'rate' ? `${one.used} units` : `${one.holders.length} held`,
    String(one.waiters.length),
    setBy(one),
  ]);
  const columns = [
    { title: 'Limit' },
    { title: 'Namespace' },
    { title: 'Allows' },
    { title: 'In use' },
    { title: 'Waiting', isNumber: true },
    { title: 'Set by' },
  ];
  for (const line of formatTable(columns, rows)) host.print(line);
  for (const one of limits) for (const line of warningsOf(one)) host.say(host.colors.yellow(line));
}

function limitText({ limit, per_ms }: LimitLine): string {
  if (limit === null) return '?';
  return per_ms === null ? `${limit} at once` : `${limit} in ${formatDuration(per_ms)}`;
}

function setBy({ set_by, declared }: LimitLine): string {
  return plainText(set_by ?? declared?.workflow ?? '');
}

function warningsOf({ key, kind, namespace, declared, differs }: LimitLine): string[] {
  if (!declared || !differs) return [];
  const [one, other] = [declarationOf(declared), declarationOf(differs)];
  return [differingText({ limit: { key, kind, namespace }, one, other })];
}

function declarationOf({ workflow, limit, per_ms }: NonNullable<LimitLine['declared']>) {
  return { workflow, limit, ...(per_ms === null ? {} : { perMs: per_ms }) };
}

function describeLimit(one: LimitLine): string[] {
  const { declared, holders, waiters, free_at } = one;
  return [
    `${plainText(one.key)} (namespace ${one.namespace}): ${limitText(one)}, set by ${setBy(one) || 'nobody'}`,
    ...(one.set_by !== null && declared
      ? [`  ${plainText(declared.workflow)} declares ${declared.limit}`]
      : []),
    ...warningsOf(one).map((line) => `  ${line}`),
    ...(one.kind === 'rate' ? [`  ${one.used} units used in the present window`] : []),
    ...(free_at === null ? [] : [`  the next one is let in at ${free_at}`]),
    ...listOf(one.kind === 'rate' ? 'at work' : 'held by', holders),
    ...listOf('waiting', waiters),
  ];
}

function listOf(title: string, entries: LimitLine['holders']): string[] {
  if (entries.length === 0) return [`  ${title}: nobody`];
  return [
    `  ${title}:`,
    ...entries.map(({ run, workflow, node, since, units }) => {
      const what = node === null ? 'whole run' : plainText(node);
      const count = units > 1 ? `, ${units} units` : '';
      return `    ${what} of ${plainText(workflow)} ${run} since ${since}${count}`;
    }),
  ];
}
