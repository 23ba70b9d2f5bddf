/** `sluice backfill WORKFLOW`: runs for the times of a range in the past, a few at once. */
import { type Command, InvalidArgumentError } from 'commander';
import { tickSpec } from '../../engine/core/schedule/document.ts';
import { ticksBetween } from '../../engine/core/schedule/tick.ts';
import type { ScheduleLine } from '../../server/schedule-line.ts';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import type { ScheduleChanges, ScheduleDesk } from '../installation/schedules.ts';
import { listenForInterruption } from '../interruption.ts';
import { shortTime, zonedTime, zoneOf } from '../view/schedule.ts';
import { triggerNumber } from './schedules.ts';

interface BackfillFlags extends InstallationFlags {
  readonly namespace: string;
  readonly from?: number;
  readonly to?: number;
  readonly maxParallel: number;
  readonly trigger?: number;
  readonly rerun?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly cancel?: string;
}

/** Times shown by a dry run, and counted at most. */
const SHOWN = 20;
const COUNTED = 100_000;
const LOOK_MS = 500;

export function backfillCommand(host: Host): Command {
  const command = newCommand('backfill', 'Starts the runs of times in the past.', [
    'backfill nightly-etl --from 2026-01-01 --to 2026-02-01 --dry-run',
    'backfill nightly-etl --from 2026-01-01 --max-parallel 4 --wait',
    'backfill nightly-etl --cancel 4f6c',
  ]).argument('<workflow>', 'name of the workflow');
  return withInstallationFlags(command)
    .option('--from <time>', 'first time, included: 2026-01-01, or RFC 3339', time)
    .option('--to <time>', 'end, not included (default: now)', time)
    .option('--max-parallel <n>', 'runs at once, up to 100', wholeNumber, 1)
    .option('--trigger <n>', 'which of its triggers, from 0', triggerNumber)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .option('--rerun', 'run again what has run before, as new runs')
    .option('--dry-run', 'only show the times')
    .option('--wait', 'show the progress until its end')
    .option('--cancel <id>', 'stop a backfill and cancel its runs')
    .action((workflow: string, flags: BackfillFlags) => backfill(host, workflow, flags));
}

/** A date alone is its midnight, UTC. */
function time(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const hasZone = /^\d{4}-\d\d-\d\d$|(Z|[+-]\d\d:\d\d)$/i.test(text);
  if (Number.isFinite(ms) && hasZone) return ms;
  throw new InvalidArgumentError(
    'It must be a date such as 2026-01-31, or a time such as 2026-01-31T06:00:00Z.',
  );
}

function backfill(host: Host, workflow: string, flags: BackfillFlags): Promise<void> {
  const use = flags.dryRun ? 'read' : 'write';
  return withInstallation(host, { ...flags, use }, async (installation) => {
    const { schedules } = installation;
    const { namespace, trigger, cancel } = flags;
    const name = { namespace, workflow, ...(trigger === undefined ? {} : { number: trigger }) };
    const { schedule } = await schedules.find(name);
    if (cancel !== undefined)
      return schedules.change((changes) => cancelOne(host, changes, schedule, cancel));
    const range = await rangeOf(installation, flags);
    const ticks = ticksOf(schedule, range);
    if (flags.dryRun) return showTicks(host, schedule, ticks);
    if (ticks.length === 0)
      return host.say('There is no time of its schedule in this range; nothing was started.');
    await schedules.change(async (changes) => {
      const { maxParallel, rerun = false } = flags;
      const id = await changes.backfill(schedule, { ...range, maxParallel, rerun });
      host.say(
        `Backfill ${id}: ${ticks.length} ${ticks.length === 1 ? 'run' : 'runs'}, ${maxParallel} at once.`,
      );
      if (flags.wait) await watch(host, { schedules, schedule, id, total: ticks.length });
      else host.print(id);
    });
  });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function rangeOf({ now }: Installation, { from, to }: BackfillFlags): Promise<Range> {
  if (from === undefined) throw usageFailure('Say where it begins: --from 2026-01-01');
  const end = to ?? (await now());
  if (end > from) return { from, to: end };
  throw usageFailure(`--to (${shortTime(end)}) must be later than --from (${shortTime(from)}).`);
}

function ticksOf(schedule: ScheduleLine, { from, to }: Range): number[] {
  if (schedule.kind === 'after')
    throw usageFailure(
      `It follows ${schedule.after.workflow} and has no times of its own; backfill that workflow.`,
    );
  return ticksBetween(tickSpec({ ...schedule, inputs: {} }), from, to, COUNTED);
}

function showTicks(host: Host, schedule: ScheduleLine, ticks: readonly number[]): void {
  for (const tick of ticks.slice(0, SHOWN))
    host.print(`${shortTime(tick)}  ${zonedTime(tick, zoneOf(schedule))}`);
  if (ticks.length > SHOWN) host.print(`… and ${ticks.length - SHOWN} more`);
  host.say(`${ticks.length} ${ticks.length === 1 ? 'run' : 'runs'}; nothing was started (--dry-run).`);
}

async function cancelOne(
  host: Host,
  changes: ScheduleChanges,
  schedule: ScheduleLine,
  text: string,
): Promise<void> {
  const found = schedule.backfills.filter(({ id }) => id.startsWith(text));
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const ids = schedule.backfills.map(({ id }) => id).join(', ') || 'none';
    throw usageFailure(
      `${found.length === 0 ? 'No' : 'More than one'} backfill begins with "${text}"; there are: ${ids}`,
    );
  }
  await changes.cancelBackfill(schedule, one.id);
  host.say(`Backfill ${one.id} starts nothing more, and what it has started is being cancelled.`);
}

interface Watched {
  readonly schedules: ScheduleDesk;
  readonly schedule: ScheduleLine;
  readonly id: string;
  readonly total: number;
}

async function watch(host: Host, { schedules, schedule, id, total }: Watched): Promise<void> {
  const interruption = listenForInterruption();
  const { namespace, workflow, trigger: number } = schedule;
  let shown = '';
  try {
    while (!interruption.signal.aborted) {
      const { schedule: now } = await schedules.find({ namespace, workflow, number });
      const one = now.backfills.find((backfill) => backfill.id === id);
      const text = one ? progressOf(one, total) : '';
      if (text !== shown) host.say(text);
      shown = text;
      if (one && one.status !== 'running' && one.running === 0) {
        host.exitCode = one.failed + one.cancelled > 0 ? EXIT.failed : EXIT.ok;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    host.say(
      `Not waiting any longer; the backfill goes on. Stop it: sluice backfill ${workflow} --cancel ${id}`,
    );
    host.exitCode = interruption.exitCode() ?? EXIT.interrupted;
  } finally {
    interruption.release();
  }
}

type BackfillLine = ScheduleLine['backfills'][number];

function progressOf({ started, running, succeeded, failed, cancelled }: BackfillLine, total: number): string {
  const parts = [
    `${succeeded} succeeded`,
    `${failed} failed`,
    `${cancelled} cancelled`,
    `${running} running`,
  ];
  return `${started} of ${total} started: ${parts.filter((part) => !part.startsWith('0 ')).join(', ') || 'none yet'}`;
}
