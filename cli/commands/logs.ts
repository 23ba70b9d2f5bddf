/** `sluice logs RUN[/NODE]`: what tasks wrote, all of it, what holds a pattern, or live. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../engine/core/duration.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../../engine/core/log-level.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { checkFilter, filterLines, type LogFilter } from '../../engine/runtime/client/log-filter.ts';
import type { FoundLine, LogPage, LogQuery } from '../../engine/runtime/client/log-search.ts';
import {
  type InstallationFlags,
  newCommand,
  wholeNumber,
  withInstallationFlags,
  withLogStore,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import type { Runs } from '../installation/runs.ts';
import { listenForInterruption } from '../interruption.ts';
import { logLinePrinter } from '../view/log-line.ts';
import { followRun, type TaskLine } from '../view/run-follower.ts';

interface LogsFlags extends InstallationFlags {
  readonly follow?: boolean;
  readonly attempt?: number | 'all';
  readonly grep?: string;
  readonly regex?: boolean;
  readonly ignoreCase?: boolean;
  /** ms before now, or a moment. */
  readonly since?: { readonly ago: number } | { readonly at: number };
  readonly level?: LogLevel;
  readonly tail?: number;
  readonly times?: boolean;
  readonly json?: boolean;
  readonly jsonl?: boolean;
}

export function logsCommand(host: Host): Command {
  const command = newCommand('logs', 'Prints what the tasks of a run wrote.', [
    'logs 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    "logs '01JD2Z3B4V5N6M7K8J9H0G1F2E/resize[3]' --attempt 1",
    'logs 01JD2Z3B4V5N6M7K8J9H0G1F2E publish -f',
    'logs 01JD2Z3B4V5N6M7K8J9H0G1F2E --grep oops --attempt all',
  ])
    .argument('<run[/node]>', 'id of the run, and a task or node of it')
    .argument('[node]', 'a task or node of the run');
  return withLogStore(withInstallationFlags(command))
    .option('-f, --follow', 'go on with new lines until the run ends')
    .option('--grep <text>', 'only lines that hold this text')
    .option('--regex', '--grep is a regular expression of JavaScript')
    .option('--ignore-case', '--grep finds capitals and small letters alike')
    .option('--since <when>', 'only lines since then: 10m (ago), or 2026-01-31T12:00:00Z', sinceFlag)
    .addOption(new Option('--level <level>', 'only lines of this level and above').choices(LOG_LEVELS))
    .option('--attempt <n>', 'lines of this attempt, or of all (default: the last one)', attemptFlag)
    .option('--tail <n>', 'only the last n of them', wholeNumber)
    .option('--times', 'put the time before each line')
    .option('--json', 'print one JSON document')
    .option('--jsonl', 'print each line as JSON, unchanged')
    .action((subject: string, node: string | undefined, flags: LogsFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, (installation) =>
        print(host, installation, { subject, node, flags }),
      ),
    );
}

interface Asked {
  readonly subject: string;
  readonly node: string | undefined;
  readonly flags: LogsFlags;
}

interface Reading {
  readonly host: Host;
  readonly runs: Runs;
  readonly flags: LogsFlags;
  readonly query: Omit<LogQuery, 'limit' | 'cursor'>;
  readonly print: (line: TaskLine) => void;
}

async function print(
  host: Host,
  { runs, now }: Installation,
  { subject, node: second, flags }: Asked,
): Promise<void> {
  const [run, first] = splitSubject(subject);
  if (flags.follow && (flags.json || flags.tail))
    throw usageFailure('--follow prints lines as they come: --json and --tail do not go with it.');
  const node = second ?? first;
  const query = {
    run,
    node,
    attempt: flags.attempt,
    ...filterOf(flags, flags.since === undefined ? 0 : await now()),
  };
  checkFilter(query);
  const isOneNode = node !== undefined && namesOneNode(await runs.plan(run), { run, node });
  const line = logLinePrinter(host, {
    ...flags,
    isPrefixed: !isOneNode,
    isOneAttempt: flags.attempt !== 'all',
  });
  const reading = { host, runs, flags, query, print: line };
  if (flags.follow) await follow(reading);
  else await printAll(reading);
}

function splitSubject(subject: string): [run: string, node: string | undefined] {
  const at = subject.indexOf('/');
  return at < 0 ? [subject, undefined] : [subject.slice(0, at), subject.slice(at + 1)];
}

/** A fan-out has many. @throws SluiceError node_not_found for what is no task of the run */
function namesOneNode(plan: Plan, { run, node }: { readonly run: string; readonly node: string }): boolean {
  const isItem = /\[\d+\]$/.test(node);
  const task = plan.tasks.find(({ id }) => id === node.replace(/\[\d+\]$/, ''));
  if (task) return isItem || task.fanOut === undefined;
  const ids = plan.tasks.map(({ id }) => id).join(', ');
  throw new SluiceError('node_not_found', `Run ${run} has no node "${node}". Its tasks: ${ids}.`);
}

function filterOf({ grep, regex, ignoreCase, since, level }: LogsFlags, now: number): LogFilter {
  const from = since === undefined ? undefined : 'at' in since ? since.at : now - since.ago;
  return { grep, isRegex: regex, ignoresCase: ignoreCase, since: from, level };
}

const PAGE = 1_000;
/** Lines that `--json` and `--tail` hold at once. */
const MAX_HELD = 100_000;

async function printAll({ host, runs, flags, query, print }: Reading): Promise<void> {
  const keeps = flags.json ? (flags.tail ?? MAX_HELD + 1) : flags.tail;
  const held: FoundLine[] = [];
  const missing: LogPage['missing'][number][] = [];
  let count = 0;
  for await (const page of pages(runs, query)) {
    missing.push(...page.missing);
    count += page.lines.length;
    if (keeps === undefined) for (const line of page.lines) print(line);
    else held.push(...page.lines);
    if (keeps !== undefined && held.length > keeps + PAGE) held.splice(0, held.length - keeps);
    if (flags.json && flags.tail === undefined && count > MAX_HELD)
      throw usageFailure(
        `There are more than ${MAX_HELD} lines: take --jsonl, or fewer with --tail or --grep.`,
      );
  }
  const last = keeps === undefined ? [] : held.slice(-keeps);
  if (flags.json)
    return host.print(JSON.stringify({ format: 1, lines: last.map(jsonLine), missing }, null, 2));
  for (const line of last) print(line);
  for (const { node, lines } of missing)
    host.say(`The first ${lines} lines of ${node} are not kept any more.`);
  if (count === 0) host.say(isFiltered(query) ? 'No line was found.' : 'No lines were logged.');
}

async function* pages(runs: Runs, query: Reading['query']): AsyncGenerator<LogPage> {
  for (let cursor: string | undefined; ; ) {
    const page = await runs.searchLogs({ ...query, limit: PAGE, cursor });
    yield page;
    if (page.next === undefined) return;
    cursor = page.next;
  }
}

function isFiltered({ grep, since, level }: LogFilter): boolean {
  return grep !== undefined || since !== undefined || level !== undefined;
}

function jsonLine({ node, attempt, at, stream, level, text }: FoundLine) {
  return { node, attempt, at: new Date(at).toISOString(), stream, level, text };
}

/** Nodes of a fan-out may come into being only now, so lines are chosen by name. */
async function follow({ host, runs, query, print }: Reading): Promise<void> {
  const { run, node, attempt } = query;
  const interruption = listenForInterruption();
  const sink = {
    line(line: TaskLine) {
      const isOfNode = node === undefined || line.node === node || line.node.startsWith(`${node}[`);
      const isOfAttempt = attempt === undefined || attempt === 'all' || attempt === line.attempt;
      if (isOfNode && isOfAttempt && filterLines([line], query).length > 0) print(line);
    },
    event: () => {},
    note: host.say,
    close: () => {},
  };
  await followRun({ runs, run, sink, withLogs: true, signal: interruption.signal });
  interruption.release();
  host.exitCode = interruption.exitCode() ?? EXIT.ok;
}

function sinceFlag(text: string): LogsFlags['since'] {
  const ago = parseDuration(text);
  if (ago !== undefined) return { ago };
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return { at };
  throw new InvalidArgumentError(
    'It must be a duration such as 10m, or a time such as 2026-01-31T12:00:00Z.',
  );
}

function attemptFlag(text: string): number | 'all' {
  return text === 'all' ? text : wholeNumber(text);
}
