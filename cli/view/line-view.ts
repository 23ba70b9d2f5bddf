/** Progress where no cursor can be moved: one line per piece of news, each with its task in front. No escape sequences. */
import { formatDuration } from '../../engine/core/duration.ts';
import type { TaskError } from '../../engine/core/errors.ts';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import { countOf } from './count.ts';
import { plainText } from './plain-text.ts';
import type { RunSink, TaskLine } from './run-follower.ts';
import { endedNodes, type RunProgress, type TaskProgress } from './run-progress.ts';

/** Fan-outs of more nodes tell their progress in tenths instead of node by node. */
const SMALL_FAN_OUT = 20;

export class LineView implements RunSink {
  readonly #say: (line: string) => void;
  readonly #startedAt = new Map<string, number>();
  readonly #tenths = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  line({ node, text }: TaskLine): void {
    this.#say(`[${node}] ${plainText(text)}`);
  }

  note(text: string): void {
    this.#say(plainText(text));
  }

  close(): void {
    // Every line was said when it came.
  }

  event(event: EventView, progress: RunProgress): void {
    if (event.type === 'run.cancelling') this.#say('The run is being cancelled.');
    if (event.type === 'run.blocked')
      this.#say(
        `The run waits for the limit "${plainText(String(event['limit']))}": sluice limits shows who holds it.`,
      );
    if (event.node === null) return;
    if (event.type === 'node.started') this.#startedAt.set(event.node, Date.parse(event.at));
    const bracket = event.node.indexOf('[');
    const fanOut = bracket < 0 ? undefined : taskOf(progress, event.node.slice(0, bracket));
    const isTold = event.type === 'node.failed' || event.type === 'node.retrying';
    if (fanOut && (fanOut.total ?? 0) > SMALL_FAN_OUT && !isTold) return this.#tellTenth(fanOut);
    const news = describeEvent(event, this.#tookMs(event));
    if (news !== undefined) this.#say(`[${event.node}] ${news}`);
  }

  #tookMs({ node, at }: EventView): number | undefined {
    const startedAt = this.#startedAt.get(node ?? '');
    return startedAt === undefined ? undefined : Math.max(0, Date.parse(at) - startedAt);
  }

  #tellTenth(task: TaskProgress): void {
    const ended = endedNodes(task);
    const tenth = Math.floor((10 * ended) / Math.max(1, task.total ?? 1));
    if (tenth === (this.#tenths.get(task.id) ?? 0)) return;
    this.#tenths.set(task.id, tenth);
    this.#say(`[${task.id}] ${ended}/${task.total} done`);
  }
}

function taskOf(progress: RunProgress, id: string): TaskProgress | undefined {
  return progress.tasks.find((task) => task.id === id);
}

/** The event in words, or undefined when it is no news for people. */
export function describeEvent(event: EventView, tookMs: number | undefined): string | undefined {
  const took = tookMs === undefined ? '' : ` in ${formatDuration(tookMs)}`;
  switch (event.type) {
    case 'node.started':
      // Without a worker it is over in the same moment.
      if (event['worker'] === undefined) return undefined;
      return event.attempt === 1 || event.attempt === null ? 'started' : `attempt ${event.attempt} started`;
    case 'node.expanded':
      return countOf(Number(event['count']), 'node');
    case 'node.oversized':
      return `${event['reason']}`;
    case 'node.waiting':
      return waitingWords(event);
    case 'node.repeating':
      return `iteration ${event['iteration']} is done${took}; ${nextTry(event).replace('attempt', 'one')}`;
    case 'node.child_started':
      return `started run ${event['run']}`;
    case 'node.approved':
    case 'node.rejected':
      return decisionWords(event);
    case 'node.signalled':
      return `took the signal ${plainText(String(event['reason']))}`;
    case 'node.overdue':
      return 'is late';
    case 'node.retrying':
      return `attempt ${event.attempt} failed${took}: ${errorText(event).replace(/\.$/, '')}; ${nextTry(event)}`;
    case 'node.succeeded':
      return `succeeded${took}`;
    case 'node.failed':
      return `failed${took}: ${errorText(event)}`;
    case 'node.skipped':
      return 'skipped';
    case 'node.upstream_failed':
      return 'not run, because something that it needs failed';
    case 'node.cancelled':
      return 'cancelled';
    case 'node.redelivered':
      return 'its worker was lost; another one takes over';
    default:
      return undefined;
  }
}

function waitingWords({ reason, until }: EventView): string {
  const limit = typeof until === 'string' ? ` until ${until}` : '';
  return `waiting${typeof reason === 'string' ? ` for ${plainText(reason)}` : ''}${limit}`;
}

function decisionWords({ type, by, reason }: EventView): string {
  const who = typeof by === 'string' ? ` by ${plainText(by)}` : '';
  const why = typeof reason === 'string' ? `: ${firstLine(reason)}` : '';
  return `${type.slice('node.'.length)}${who}${why}`;
}

function nextTry({ at, until }: EventView): string {
  const delayMs = Date.parse(String(until)) - Date.parse(at);
  return `next attempt in ${formatDuration(Math.max(0, delayMs))}`;
}

function errorText(event: EventView): string {
  const error = event['error'] as unknown as TaskError | undefined;
  return error === undefined ? 'no reason given' : `${error.code}: ${firstLine(error.message)}`;
}

/** The first line of a message, harmless and not too long, without the announcement of lines that are not shown. */
export function firstLine(message: string): string {
  const line = plainText(message.split('\n')[0] ?? '').replace(/\.[^.:]*:$/, '.');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
