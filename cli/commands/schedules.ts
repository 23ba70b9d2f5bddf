/** `sluice schedules`: what starts by itself, and when; pausing and resuming it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ScheduleName } from '../../engine/runtime/schedules.ts';
import type { ScheduleLine } from '../../server/schedule-line.ts';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';
import { describeTrigger, overlapOf, shortTime, zonedTime, zoneOf } from '../view/schedule.ts';

interface SchedulesFlags extends InstallationFlags {
  readonly namespace?: string;
  readonly json?: boolean;
}

interface OneFlags extends InstallationFlags {
  readonly namespace: string;
  readonly trigger?: number;
  readonly reason?: string;
  readonly count?: number;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: 'Workflow' },
  { title: '#', isNumber: true },
  { title: 'Schedule' },
  { title: 'Next' },
  { title: 'Next (UTC)' },
  { title: 'Last' },
  { title: 'Overlap' },
  { title: 'State' },
];

export function schedulesCommand(host: Host): Command {
  const command = newCommand('schedules', 'Lists schedules; pauses and resumes them.', [
    'schedules',
    'schedules next nightly-etl -n 10',
    'schedules pause nightly-etl --reason "upstream is down"',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .action((flags: SchedulesFlags) => list(host, flags))
    .addCommand(nextCommand(host))
    .addCommand(pauseCommand(host))
    .addCommand(resumeCommand(host));
}

/** The number of a trigger, from 0. */
export function triggerNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a trigger, from 0.');
}

function ofOne(name: string, summary: string): Command {
  const command = newCommand(name, summary, [`schedules ${name} nightly-etl`]).argument(
    '<workflow>',
    'name of the workflow',
  );
  return withInstallationFlags(command)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .option('--trigger <n>', 'which of its triggers, from 0', triggerNumber);
}

function nextCommand(host: Host): Command {
  return ofOne('next', 'Shows when a workflow runs next.')
    .option('-n, --count <n>', 'how many times', wholeNumber, 5)
    .option('--json', 'print one JSON document')
    .action((workflow: string, flags: OneFlags, command: Command) =>
      showNext(host, workflow, merged(flags, command)),
    );
}

function pauseCommand(host: Host): Command {
  return ofOne('pause', 'Starts no runs until it is resumed.')
    .option('--reason <text>', 'why; the list shows it')
    .action((workflow: string, flags: OneFlags, command: Command) =>
      change(host, workflow, merged(flags, command), 'pause'),
    );
}

function resumeCommand(host: Host): Command {
  return ofOne('resume', 'Goes on; `catchup` says what is made up for.').action(
    (workflow: string, flags: OneFlags, command: Command) =>
      change(host, workflow, merged(flags, command), 'resume'),
  );
}

/** Commander gives options that both commands have to the outer one. */
function merged(flags: OneFlags, command: Command): OneFlags {
  const outer = command.parent?.opts<Partial<OneFlags>>() ?? {};
  return { ...flags, ...outer };
}

function nameOf(workflow: string, { namespace, trigger }: OneFlags): ScheduleName {
  return { namespace, workflow, ...(trigger === undefined ? {} : { number: trigger }) };
}

function list(host: Host, flags: SchedulesFlags): Promise<void> {
  return withInstallation(host, { ...flags, use: 'read' }, async ({ schedules }) => {
    const found = await schedules.list(flags.namespace);
    if (flags.json) return host.print(JSON.stringify({ format: 1, schedules: found }, null, 2));
    if (found.length === 0)
      return host.say('There are no schedules. `sluice apply` sets those of a workflow with `triggers`.');
    for (const line of formatTable(
      COLUMNS,
      found.map((one) => toRow(host, one)),
    ))
      host.print(line);
    for (const one of found) tellTrouble(host, one);
  });
}

function toRow(host: Host, one: ScheduleLine): string[] {
  const next = one.next === null ? undefined : Date.parse(one.next);
  return [
    plainText(one.namespace === 'default' ? one.workflow : `${one.namespace}/${one.workflow}`),
    String(one.trigger),
    plainText(describeTrigger(one)),
    next === undefined ? '' : zonedTime(next, zoneOf(one)),
    next === undefined ? '' : shortTime(next),
    one.last === null ? '' : timeOf(one.last.logical_time),
    overlapOf(one),
    stateOf(host, one),
  ];
}

function timeOf(text: string): string {
  return shortTime(Date.parse(text));
}

function stateOf(host: Host, { paused, problem, waiting, backfills }: ScheduleLine): string {
  const { yellow, red } = host.outColors;
  const words: string[] = [];
  if (paused) words.push(yellow('paused'));
  if (problem) words.push(red('problem'));
  if (waiting.length > 0) words.push(`${waiting.length} waiting`);
  const running = backfills.filter(({ status }) => status === 'running').length;
  if (running > 0) words.push('backfilling');
  return words.join(', ') || 'active';
}

function tellTrouble(host: Host, { workflow, trigger, problem, paused, missed }: ScheduleLine): void {
  const name = `${plainText(workflow)} ${trigger}`;
  if (problem)
    host.say(
      host.colors.red(
        `${name}: nothing was started for ${timeOf(problem.logical_time)}: ${plainText(problem.message)}`,
      ),
    );
  if (paused && paused.reason !== null)
    host.say(`${name}: paused since ${timeOf(paused.at)}: ${plainText(paused.reason)}`);
  if (missed) {
    const [from, to] = [timeOf(missed.from), timeOf(missed.to)];
    host.say(
      host.colors.dim(
        `${name}: missed and not made up for: ${from === to ? to : `${from} to ${to}`} (sluice backfill ${plainText(workflow)})`,
      ),
    );
  }
}

function showNext(host: Host, workflow: string, flags: OneFlags): Promise<void> {
  return withInstallation(host, { ...flags, use: 'read' }, async ({ schedules }) => {
    const { schedule, next } = await schedules.find(nameOf(workflow, flags), flags.count ?? 5);
    if (flags.json) return host.print(JSON.stringify({ format: 1, next }, null, 2));
    if (next.length === 0) return host.say(`Nothing: it ${reasonForNone(schedule)}.`);
    const zone = zoneOf(schedule);
    const rows = next.map((time) => [zonedTime(Date.parse(time), zone), timeOf(time)]);
    for (const line of formatTable([{ title: zone }, { title: 'UTC' }], rows)) host.print(line);
  });
}

function reasonForNone(schedule: ScheduleLine): string {
  if (schedule.paused) return 'is paused';
  return schedule.kind === 'after' ? `runs after ${schedule.after.workflow}` : 'has no times left';
}

function change(host: Host, workflow: string, flags: OneFlags, verb: 'pause' | 'resume'): Promise<void> {
  return withInstallation(host, { ...flags, use: 'write' }, ({ schedules }) =>
    schedules.change(async (changes) => {
      const { schedule } = await schedules.find(nameOf(workflow, flags));
      if (verb === 'pause') await changes.pause(schedule, flags.reason);
      else await changes.resume(schedule);
      const name = `Schedule ${schedule.trigger} of ${workflow}`;
      host.say(
        verb === 'pause' ? `${name} is paused: sluice schedules resume ${workflow}` : `${name} goes on.`,
      );
    }),
  );
}
