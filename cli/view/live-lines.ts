/** The lines of the live display: a header, one line per task, a footer. Pure, and never more lines than the terminal has. */
import { formatDuration } from '../../engine/core/duration.ts';
import { isEnded, type NodeState } from '../../engine/core/node-state.ts';
import type { Colors } from '../host.ts';
import { cutTo, padTo } from './columns.ts';
import type { Outlook } from './outlook.ts';
import { plainText } from './plain-text.ts';
import { endedNodes, type RunProgress, type TaskProgress } from './run-progress.ts';
import { signOf } from './status-mark.ts';

export interface LiveScreen {
  readonly workflow: string;
  readonly run: string;
  readonly columns: number;
  readonly rows: number;
  /** ms since 1970. */
  readonly now: number;
  /** Counts up; turns the spinner. */
  readonly frame: number;
  readonly outlook?: Outlook | undefined;
  readonly colors: Colors;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LONGEST_NAME = 32;

/** When there are more tasks than lines, those further to the front are shown. */
const INTEREST: readonly NodeState[] = [
  'running',
  'retrying',
  'failed',
  'waiting',
  'queued',
  'cancelled',
  'succeeded',
  'upstream_failed',
  'blocked',
  'skipped',
  'pending',
];

export function liveLines(progress: RunProgress, screen: LiveScreen): string[] {
  const { colors, columns } = screen;
  const room = Math.max(1, screen.rows - 5);
  const shown = chooseTasks(progress.tasks, room);
  const nameWidth = Math.min(LONGEST_NAME, Math.max(0, ...shown.map((task) => task.id.length)));
  const hidden = progress.tasks.length - shown.length;
  return [
    `${colors.bold(cutTo(screen.workflow, columns - 34))}  ${colors.dim(`run ${screen.run}`)}`,
    ...shown.map((task) => taskLine(task, screen, nameWidth)),
    ...(hidden > 0 ? [colors.dim(`  … and ${hidden} more tasks`)] : []),
    footer(progress, screen),
  ];
}

/** The most interesting ones, in the order of the file. */
function chooseTasks(tasks: readonly TaskProgress[], room: number): readonly TaskProgress[] {
  if (tasks.length <= room) return tasks;
  const byInterest = [...tasks].sort(
    (a, b) => INTEREST.indexOf(a.state) - INTEREST.indexOf(b.state) || b.endedAt - a.endedAt,
  );
  const chosen = new Set(byInterest.slice(0, room - 1));
  return tasks.filter((task) => chosen.has(task));
}

function taskLine(task: TaskProgress, screen: LiveScreen, nameWidth: number): string {
  const { colors, columns, frame } = screen;
  const sign =
    task.state === 'running'
      ? colors.cyan(SPINNER[frame % SPINNER.length] ?? '●')
      : signOf(task.state, colors);
  const facts = factsOf(task, screen.now);
  const name = padTo(cutTo(task.id, nameWidth), nameWidth);
  const left = columns - nameWidth - facts.length - 7;
  const last = isEnded(task.state) && task.state !== 'failed' ? '' : cutTo(plainText(task.lastLine), left);
  return `${sign} ${name}  ${facts}${last === '' ? '' : `  ${colors.dim(last)}`}`.trimEnd();
}

function factsOf(task: TaskProgress, now: number): string {
  const facts: string[] = [];
  if (task.total !== undefined) facts.push(`${endedNodes(task)}/${task.total}`);
  const failed = task.counts.get('failed') ?? 0;
  if (failed > 0) facts.push(`${failed} failed`);
  if (task.retries > 0) facts.push(`↻${task.retries}`);
  if (task.state === 'retrying' || task.state === 'waiting')
    facts.push(`for ${formatDuration(Math.max(0, task.until - now))}`);
  else if (task.startedAt > 0)
    facts.push(formatDuration(Math.max(0, (task.endedAt || now) - task.startedAt)));
  return facts.join(' ');
}

function footer(progress: RunProgress, { colors, now, outlook }: LiveScreen): string {
  const counts = progress.counts();
  const count = (...states: NodeState[]) => states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  const parts = [
    `${count('succeeded')} done`,
    `${count('running', 'retrying', 'waiting')} running`,
    `${count('pending', 'blocked', 'queued')} to do`,
  ];
  if (count('failed') > 0) parts.push(colors.red(`${count('failed')} failed`));
  if (count('skipped', 'upstream_failed', 'cancelled') > 0)
    parts.push(`${count('skipped', 'upstream_failed', 'cancelled')} not run`);
  const elapsed = progress.startedAt === 0 ? 0 : (progress.endedAt || now) - progress.startedAt;
  const state = progress.isCancelling ? colors.yellow('  cancelling') : '';
  const ahead = progress.endedAt > 0 ? undefined : outlook;
  if (ahead) parts.push(`${Math.floor(100 * ahead.progress)} %`);
  const took = formatDuration(Math.max(0, elapsed));
  return `${colors.dim(`${parts.join(' · ')} · ${took}${leftText(ahead, now)}`)}${state}`;
}

function leftText(outlook: Outlook | undefined, now: number): string {
  const left = (outlook?.endsAt ?? 0) - now;
  if (outlook === undefined || left <= 0) return '';
  return `, about ${formatDuration(Math.ceil(left / 1_000) * 1_000)} to go${outlook.isPartly ? ' (partly a guess)' : ''}`;
}
