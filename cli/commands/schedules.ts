/** `sluice schedules`: what starts by itself, and when; pausing and resuming it. */
import { type Command, InvalidArgumentError } from 'commander';
import { nextTicks, type ScheduleName, type ScheduleView } from '../../engine/runtime/schedules.ts';
import { scheduleLineOf } from '../../server/schedule-line.ts';
import { newCommand, type RedisFlags, wholeNumber, withRedis } from '../command.ts';
import { schedulesOf, withOrchestrator } from '../compose/definitions.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';
import { describeTrigger, overlapOf, shortTime, zonedTime, zoneOf } from '../view/schedule.ts';

interface SchedulesFlags extends RedisFlags {
  readonly namespace?: string;
  readonly json?: boolean;
}

interface OneFlags extends RedisFlags {
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
  return withRedis(command)
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
  return withRedis(command)
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
  return withEngine(host, { ...flags, use: 'read' }, async (engine) => {
    const all = await schedulesOf(engine).list();
    const now = await engine.store.now();
    const found = all.filter((one) => flags.namespace === undefined || one.namespace === flags.namespace);
    if (flags.json) {
      const schedules = found.map((one) => scheduleLineOf(one, now));
      return host.print(JSON.stringify({ format: 1, schedules }, null, 2));
    }
    if (found.length === 0)
      return host.say('There are no schedules. `sluice apply` sets those of a workflow with `triggers`.');
    for (const line of formatTable(
      COLUMNS,
      found.map((one) => toRow(host, one, now)),
    ))
      host.print(line);
    for (const one of found) tellTrouble(host, one);
  });
}

function toRow(host: Host, one: ScheduleView, now: number): string[] {
  const { spec, state } = one;
  const { trigger } = spec;
  const [next] = nextTicks(one, now, 1);
  return [
    plainText(one.namespace === 'default' ? one.workflow : `${one.namespace}/${one.workflow}`),
    String(one.number),
    plainText(describeTrigger(trigger)),
    next === undefined ? '' : zonedTime(next, zoneOf(trigger)),
    next === undefined ? '' : shortTime(next),
    state.last === undefined ? '' : shortTime(state.last.tick),
    overlapOf(trigger),
    stateOf(host, one),
  ];
}

function stateOf(host: Host, { state, backfills }: ScheduleView): string {
  const { yellow, red } = host.outColors;
  const words: string[] = [];
  if (state.paused) words.push(yellow('paused'));
  if (state.problem) words.push(red('problem'));
  if (state.queue.length > 0) words.push(`${state.queue.length} waiting`);
  const running = backfills.filter(({ status }) => status === 'running').length;
  if (running > 0) words.push('backfilling');
  return words.join(', ') || 'active';
}

function tellTrouble(host: Host, { workflow, number, state }: ScheduleView): void {
  const { problem, paused, missed } = state;
  const name = `${plainText(workflow)} ${number}`;
  if (problem)
    host.say(
      host.colors.red(
        `${name}: nothing was started for ${shortTime(problem.tick)}: ${plainText(problem.message)}`,
      ),
    );
  if (paused?.reason !== undefined)
    host.say(`${name}: paused since ${shortTime(paused.at)}: ${plainText(paused.reason)}`);
  if (missed) {
    const range =
      missed.from === missed.to
        ? shortTime(missed.to)
        : `${shortTime(missed.from)} to ${shortTime(missed.to)}`;
    host.say(
      host.colors.dim(
        `${name}: missed and not made up for: ${range} (sluice backfill ${plainText(workflow)})`,
      ),
    );
  }
}

function showNext(host: Host, workflow: string, flags: OneFlags): Promise<void> {
  return withEngine(host, { ...flags, use: 'read' }, async (engine) => {
    const schedule = await schedulesOf(engine).find(nameOf(workflow, flags));
    const times = nextTicks(schedule, await engine.store.now(), flags.count ?? 5);
    if (flags.json)
      return host.print(
        JSON.stringify({ format: 1, next: times.map((time) => new Date(time).toISOString()) }, null, 2),
      );
    if (times.length === 0) return host.say(`Nothing: it ${reasonForNone(schedule)}.`);
    const zone = zoneOf(schedule.spec.trigger);
    const rows = times.map((time) => [zonedTime(time, zone), shortTime(time)]);
    for (const line of formatTable([{ title: zone }, { title: 'UTC' }], rows)) host.print(line);
  });
}

function reasonForNone({ spec, state }: ScheduleView): string {
  if (state.paused) return 'is paused';
  return spec.trigger.kind === 'after' ? `runs after ${spec.trigger.workflow}` : 'has no times left';
}

function change(host: Host, workflow: string, flags: OneFlags, verb: 'pause' | 'resume'): Promise<void> {
  return withEngine(host, { ...flags, use: 'write' }, (engine) =>
    withOrchestrator(host, engine, async ({ schedules }) => {
      const schedule = await schedules.find(nameOf(workflow, flags));
      if (verb === 'pause') await schedules.pause(schedule, flags.reason);
      else await schedules.resume(schedule);
      const name = `Schedule ${schedule.number} of ${workflow}`;
      host.say(
        verb === 'pause' ? `${name} is paused: sluice schedules resume ${workflow}` : `${name} goes on.`,
      );
    }),
  );
}
