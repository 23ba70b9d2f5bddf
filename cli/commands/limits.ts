/** `sluice limits`: who holds limits, who waits for them, and changing one while runs go on. */
import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { formatDuration } from '../../engine/core/duration.ts';
import type { LimitKind } from '../../engine/core/limit/address.ts';
import { disagreementOf } from '../../engine/core/limit/declared.ts';
import type { LimitEntry } from '../../engine/core/limit/document.ts';
import {
  changeLimit,
  type LimitChange,
  type LimitView,
  readLimit,
  readLimits,
} from '../../engine/runtime/client/limit-view.ts';
import type { LimitList } from '../../server/contract/limits.ts';
import { limitLineOf } from '../../server/limit-line.ts';
import { duration, newCommand, type RedisFlags, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { liveOrchestrators } from '../compose/live-orchestrators.ts';
import { startOrchestrator } from '../compose/roles.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { differingText } from '../view/differing-limits.ts';
import { plainText } from '../view/plain-text.ts';

interface LimitFlags extends RedisFlags {
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
  return withRedis(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .allowExcessArguments()
    .action((flags: ListFlags, { args: [other] }: Command) => {
      if (other !== undefined) throw noSuchCommand(other);
      return withEngine(host, { ...flags, use: 'read' }, async ({ store, shards }) => {
        const all = await readLimits(store, shards);
        const views = all.filter(({ namespace }) => (flags.namespace ?? namespace) === namespace);
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
  return withNamespace(withRedis(command))
    .option('--json', 'print one JSON document')
    .action((key: string, flags: LimitFlags) =>
      withEngine(host, { ...flags, use: 'read' }, async ({ store, shards }) => {
        const views = await readLimit(store, { namespace: flags.namespace, key }, shards);
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
  return withNamespace(withRedis(command))
    .requiredOption('--limit <n>', 'how many at once; 0 lets nobody in', countOrZero)
    .option('--rate', 'the rate limit of this key: units in a window')
    .option('--per <duration>', 'length of the window of a rate limit', duration)
    .option('--by <name>', 'who sets it; stands in the list')
    .action((key: string, flags: ChangeFlags) => {
      if (flags.per !== undefined && !flags.rate)
        throw usageFailure('--per belongs to a rate limit: add --rate.');
      return change(host, key, flags, { name: 'set', limit: flags.limit });
    });
}

function resetCommand(host: Host): Command {
  const command = newCommand('reset', 'Lets hold again what workflows declare.', [
    'limits reset deploy-prod',
    'limits reset api --rate',
  ]).argument('<key>', 'key of the limit');
  return withNamespace(withRedis(command))
    .option('--rate', 'the rate limit of this key')
    .action((key: string, flags: ChangeFlags) => change(host, key, flags, { name: 'reset' }));
}

function withNamespace(command: Command): Command {
  return command.option('--namespace <name>', 'namespace of the limit', 'default');
}

function countOrZero(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

function change(
  host: Host,
  key: string,
  { rate, per, by, ...flags }: ChangeFlags,
  wanted: Pick<LimitChange, 'name' | 'limit'>,
): Promise<void> {
  const kind: LimitKind = rate ? 'rate' : 'concurrency';
  const { namespace } = flags;
  return withEngine(host, { ...flags, use: 'write' }, async (engine) => {
    if (rate && wanted.name === 'set') await requireWindow(engine, { namespace, key, per });
    const request: LimitChange = {
      ...wanted,
      ...(per === undefined ? {} : { perMs: per }),
      ...(by === undefined ? {} : { by }),
      request: randomBytes(10).toString('hex'),
    };
    const { before, limit } = await driven(host, engine, () =>
      changeLimit(engine.store, { kind, namespace, key }, request),
    );
    const was = before === null ? 'was not set' : `was ${before}`;
    if (limit === null) host.say(`The limit "${plainText(key)}" ${was} and is forgotten: nobody uses it.`);
    else host.say(`The limit "${plainText(key)}" is ${limit} now; it ${was}.${drainNote(before, limit)}`);
  });
}

/** A rate needs its window: given now, or known already. */
async function requireWindow(
  { store, shards }: Engine,
  {
    namespace,
    key,
    per,
  }: { readonly namespace: string; readonly key: string; readonly per: number | undefined },
): Promise<void> {
  if (per !== undefined) return;
  const known = (await readLimit(store, { namespace, key }, shards)).find(({ kind }) => kind === 'rate');
  if (known?.definition?.perMs === undefined)
    throw usageFailure(
      `The rate limit "${key}" is not in use, so its window is not known: give --per, such as --per 1m.`,
    );
}

function drainNote(before: number | null, now: number): string {
  return before !== null && now < before
    ? ' Who holds it keeps it; nobody is let in before there is room.'
    : '';
}

/** On a private Redis that nobody drives, this command has to do it. */
async function driven<T>(host: Host, engine: Engine, work: () => Promise<T>): Promise<T> {
  if (!engine.isEmbedded || (await liveOrchestrators(engine)).length > 0) return work();
  const orchestrator = await startOrchestrator(host, engine);
  try {
    return await work();
  } finally {
    await orchestrator.stop(0);
  }
}

function unused(key: string, namespace: string): CliFailure {
  return new CliFailure(
    EXIT.notFound,
    `Nobody holds the limit "${key}" of namespace ${namespace} or waits for it, and nobody has set it. \`sluice limits\` shows those in use.`,
  );
}

function printJson(host: Host, views: readonly LimitView[]): void {
  const found: LimitList = { format: 1, limits: views.map(limitLineOf) };
  host.print(JSON.stringify(found, null, 2));
}

function printTable(host: Host, views: readonly LimitView[]): void {
  if (views.length === 0) return host.say('No limit is in use.');
  const rows = views.map((view) => [
    plainText(view.key),
    view.namespace,
    limitText(view),
    view.kind === 'rate' ? `${view.usedUnits} units` : `${view.holders.length} held`,
    String(view.waiters.length),
    setBy(view),
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
  for (const view of views) for (const line of warningsOf(view)) host.say(host.colors.yellow(line));
}

function limitText({ definition }: LimitView): string {
  if (!definition) return '?';
  const { limit, perMs } = definition;
  return perMs === undefined ? `${limit} at once` : `${limit} in ${formatDuration(perMs)}`;
}

function setBy({ definition }: LimitView): string {
  if (definition?.by === 'operator') return plainText(definition.name ?? 'operator');
  return plainText(definition?.declared?.workflow ?? '');
}

function warningsOf(view: LimitView): string[] {
  const found = disagreementOf(view.definition);
  if (!found) return [];
  const [one, other] = found;
  return [differingText({ limit: view, one, other })];
}

function describeLimit(view: LimitView): string[] {
  const { definition, holders, waiters, freeAt } = view;
  const declared = definition?.declared;
  return [
    `${plainText(view.key)} (namespace ${view.namespace}): ${limitText(view)}, set by ${setBy(view) || 'nobody'}`,
    ...(definition?.by === 'operator' && declared
      ? [`  ${plainText(declared.workflow)} declares ${declared.limit}`]
      : []),
    ...warningsOf(view).map((line) => `  ${line}`),
    ...(view.kind === 'rate' ? [`  ${view.usedUnits} units used in the present window`] : []),
    ...(freeAt === undefined ? [] : [`  the next one is let in at ${new Date(freeAt).toISOString()}`]),
    ...listOf(view.kind === 'rate' ? 'at work' : 'held by', holders),
    ...listOf('waiting', waiters),
  ];
}

function listOf(title: string, entries: readonly LimitEntry[]): string[] {
  if (entries.length === 0) return [`  ${title}: nobody`];
  return [
    `  ${title}:`,
    ...entries.map(({ run, workflow, label, since, cost }) => {
      const what = label === '' ? 'whole run' : plainText(label);
      const units = cost > 1 ? `, ${cost} units` : '';
      return `    ${what} of ${plainText(workflow)} ${run} since ${new Date(since).toISOString()}${units}`;
    }),
  ];
}
