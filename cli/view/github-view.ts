/**
 * Progress in GitHub Actions: the lines of a node are held until it ends and then come as one fold; a failure is marked on
 * the task's line in the file.
 */
import type { TaskError } from '../../engine/core/errors.ts';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import { placeInSource } from './failure-block.ts';
import { inert } from './inert.ts';
import { describeEvent, firstLine, LineView } from './line-view.ts';
import { plainText } from './plain-text.ts';
import type { RunSink, TaskLine } from './run-follower.ts';
import type { RunProgress } from './run-progress.ts';

const MAX_HELD = 5_000;
const ENDS: ReadonlySet<string> = new Set([
  'node.succeeded',
  'node.failed',
  'node.cancelled',
  'node.retrying',
]);

export class GithubView implements RunSink {
  readonly #say: (line: string) => void;
  readonly #folder: string | undefined;
  readonly #lines: LineView;
  readonly #held = new Map<string, string[]>();

  constructor(say: (line: string) => void, folder: string | undefined) {
    this.#say = say;
    this.#folder = folder;
    this.#lines = new LineView((line) => say(inert(line)));
  }

  line({ node, text }: TaskLine): void {
    const held = this.#held.get(node) ?? [];
    this.#held.set(node, held);
    if (held.length < MAX_HELD) held.push(`[${node}] ${plainText(text)}`);
  }

  note(text: string): void {
    this.#lines.note(text);
  }

  event(event: EventView, progress: RunProgress): void {
    if (event.node !== null && ENDS.has(event.type)) this.#fold(event.node, event);
    this.#lines.event(event, progress);
    if (event.type === 'node.failed') this.#markError(event, progress);
  }

  close(): void {
    for (const node of [...this.#held.keys()]) this.#fold(node, undefined);
  }

  #fold(node: string, event: EventView | undefined): void {
    const held = this.#held.get(node);
    if (held === undefined) return;
    this.#held.delete(node);
    const news = event === undefined ? 'unfinished' : (describeEvent(event, undefined) ?? '');
    this.#say(`::group::${escapeData(inert(`${node}: ${news}`))}`);
    for (const line of held) this.#say(inert(line));
    this.#say('::endgroup::');
  }

  #markError(event: EventView, progress: RunProgress): void {
    const id = (event.node ?? '').replace(/\[\d+\]$/, '');
    const task = progress.tasks.find((one) => one.id === id);
    const at = placeInSource(task?.at, this.#folder);
    const [, file, line] = /^(.*):(\d+)$/.exec(at ?? '') ?? [];
    const place = file === undefined ? '' : ` file=${escapeProperty(file)},line=${line}`;
    const error = event['error'] as unknown as TaskError | undefined;
    const message = `${event.node} failed: ${error ? `${error.code}: ${firstLine(error.message)}` : 'no reason given'}`;
    this.#say(`::${task?.mayFail ? 'warning' : 'error'}${place}::${escapeData(inert(message))}`);
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
