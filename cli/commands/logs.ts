/** `sluice logs RUN[/NODE]`: what tasks wrote. */
import type { Command } from 'commander';
import type { LogLine } from '../../engine/ports/log-store.ts';
import { nodeName, recordsOf } from '../../engine/runtime/client/run-view.ts';
import { newCommand, type RedisFlags, wholeNumber, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';
import { AttemptLog, type AttemptName } from '../view/attempt-log.ts';
import { inert } from '../view/inert.ts';
import { plainText } from '../view/plain-text.ts';
import { followRun, type TaskLine } from '../view/run-follower.ts';

interface LogsFlags extends RedisFlags {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly jsonl?: boolean;
}

export function logsCommand(host: Host): Command {
  const command = newCommand('logs', 'Prints what the tasks of a run wrote.', [
    'logs 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    "logs '01JD2Z3B4V5N6M7K8J9H0G1F2E/resize[3]' --attempt 1",
    'logs 01JD2Z3B4V5N6M7K8J9H0G1F2E/publish -f',
  ]).argument('<run[/node]>', 'id of the run, and a task or node of it');
  return withRedis(command)
    .option('-f, --follow', 'go on with new lines until the run ends')
    .option('--attempt <n>', 'lines of this attempt (default: the last one)', wholeNumber)
    .option('--jsonl', 'print each line as JSON, unchanged')
    .action((subject: string, flags: LogsFlags) =>
      withEngine(host, { ...flags, use: 'read' }, async (engine) => {
        const [run, node] = splitSubject(subject);
        const found = await findNodes(engine, run, node);
        const isOneNode = found.size === 1 && found.values().next().value?.name === node;
        const print = linePrinter(host, flags, !isOneNode);
        const reading = { host, engine, run, print, attempt: flags.attempt };
        if (flags.follow) await follow(reading, node);
        else await printAll(reading, found);
      }),
    );
}

interface Reading {
  readonly host: Host;
  readonly engine: Engine;
  readonly run: string;
  readonly print: (line: TaskLine) => void;
  readonly attempt: number | undefined;
}

interface FoundNode {
  /** `resize[3]`. */
  readonly name: string;
  /** The last one; 0 when there was none. */
  readonly attempt: number;
}

function splitSubject(subject: string): [run: string, node: string | undefined] {
  const at = subject.indexOf('/');
  return at < 0 ? [subject, undefined] : [subject.slice(0, at), subject.slice(at + 1)];
}

/** All nodes, or those that the name means: a node, or all nodes of a task. */
async function findNodes(
  engine: Engine,
  run: string,
  wanted: string | undefined,
): Promise<Map<number, FoundNode>> {
  const { stored, plan } = await engine.client.load(run);
  const found = new Map<number, FoundNode>();
  for (const [index, record] of recordsOf(stored, plan).entries()) {
    const name = nodeName(record, index, plan);
    const task = plan.tasks[record.task];
    if (wanted !== undefined && wanted !== name && wanted !== task?.id) continue;
    // The record of a fan-out's task has no log of its own.
    if (index < plan.tasks.length && task?.fanOut !== undefined) continue;
    found.set(index, { name, attempt: record.attempt });
  }
  const isFanOutWithoutNodes = plan.tasks.some(({ id }) => id === wanted);
  if (found.size > 0 || wanted === undefined || isFanOutWithoutNodes) return found;
  const ids = plan.tasks.map(({ id }) => id).join(', ');
  throw new CliFailure(EXIT.notFound, `Run ${run} has no node "${wanted}". Its tasks: ${ids}.`);
}

function linePrinter(host: Host, { jsonl }: LogsFlags, isPrefixed: boolean): (line: TaskLine) => void {
  if (jsonl)
    return ({ node, attempt, at, stream, text }) =>
      host.print(JSON.stringify({ node, attempt, at: new Date(at).toISOString(), stream, text }));
  // The runner of GitHub Actions reads stdout, too.
  const asText = host.settings.isGithubActions ? inert : (text: string) => text;
  return ({ node, text }) => host.print(asText(`${isPrefixed ? `[${node}] ` : ''}${plainText(text)}`));
}

async function printAll(reading: Reading, found: ReadonlyMap<number, FoundNode>): Promise<void> {
  const { host, engine, run, print, attempt } = reading;
  let isEmpty = true;
  for (const [node, { name, attempt: last }] of found) {
    if ((attempt ?? last) === 0) continue;
    const log: AttemptName = { run, node, attempt: attempt ?? last };
    const lines = await new AttemptLog(log).readNew(engine.logs);
    tellMissing(host, name, lines[0]);
    if (lines.length > 0) isEmpty = false;
    for (const line of lines) print({ ...line, node: name, attempt: log.attempt });
  }
  if (isEmpty) host.say('No lines were logged.');
}

/** Lines are numbered from 1; a log keeps the newest ones. */
function tellMissing(host: Host, node: string, first: LogLine | undefined): void {
  const missing = Number(first?.id ?? 1) - 1;
  if (missing > 0) host.say(`The first ${missing} lines of ${node} are not kept any more.`);
}

/** Nodes of a fan-out may come into being only now, so lines are chosen by name. */
async function follow(
  { host, engine, run, print, attempt }: Reading,
  wanted: string | undefined,
): Promise<void> {
  const { client, logs } = engine;
  const interruption = listenForInterruption();
  const sink = {
    line(line: TaskLine) {
      const isWanted = wanted === undefined || line.node === wanted || line.node.startsWith(`${wanted}[`);
      if (isWanted && (attempt === undefined || attempt === line.attempt)) print(line);
    },
    event: () => {},
    note: host.say,
    close: () => {},
  };
  await followRun({ client, logs, run, sink, withLogs: true, signal: interruption.signal });
  interruption.release();
  host.exitCode = interruption.exitCode() ?? EXIT.ok;
}
