/** Shows a run until its end, then says how it ended: what `run`, `watch` and `start --wait` have in common. */
import type { Plan } from '../engine/core/plan.ts';
import type { RunView } from '../engine/runtime/client/run-view.ts';
import { EXIT } from './exit-code.ts';
import type { Host } from './host.ts';
import type { Runs } from './installation/runs.ts';
import { allowedTasks } from './view/failed-nodes.ts';
import { failureLines } from './view/failure-block.ts';
import { GithubView } from './view/github-view.ts';
import { inertJson } from './view/inert.ts';
import { LineView } from './view/line-view.ts';
import { LiveView } from './view/live-view.ts';
import { plainText } from './view/plain-text.ts';
import { followRun, type RunSink } from './view/run-follower.ts';
import { summaryLines } from './view/summary.ts';

export interface OutputFlags {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly quiet?: boolean;
}

export interface DisplayOptions extends OutputFlags {
  /** The workflow's folder as the user named it, where it is known: plans name their file without it. */
  readonly folder?: string;
  /** The plan as it was just compiled. Its tasks stand where the file has them now; a stored one may be from before an edit. */
  readonly compiled?: Plan;
}

/** A view made before the run is known, so that troubles on the way there have a place to be said. */
export interface RunDisplay {
  note(text: string): void;
  /** Follows the run; undefined when the signal aborted before its end. */
  watch(runs: Runs, run: string, signal: AbortSignal): Promise<RunView | undefined>;
}

export function createDisplay(host: Host, flags: DisplayOptions): RunDisplay {
  let sink: RunSink | undefined;
  const note = (text: string) => (sink === undefined ? host.say(text) : sink.note(text));
  return {
    note,
    async watch(runs, run, signal) {
      const header = await runs.head(run);
      if (!flags.quiet) sink = openView(host, runs, { workflow: header.workflow, run, folder: flags.folder });
      const shown = withEventStream(host, flags, sink ?? silentSink(host));
      const followed = await followRun({ runs, run, sink: shown, withLogs: true, signal }).finally(() => {
        sink = undefined;
      });
      if (followed.progress.endedAt === 0 && signal.aborted) return undefined;
      const view = await runs.show(run);
      const stored = await runs.plan(run);
      const plan = flags.compiled?.hash === stored.hash ? flags.compiled : stored;
      tellEnd(host, runs, flags, { view, plan, tails: followed.tails });
      printResult(host, flags, view);
      return view;
    },
  };
}

export function exitCodeOfRun(run: RunView): number {
  return run.status === 'succeeded' ? EXIT.ok : EXIT.failed;
}

interface ViewedRun {
  readonly workflow: string;
  readonly run: string;
  readonly folder: string | undefined;
}

function openView(host: Host, runs: Runs, name: ViewedRun): RunSink {
  if (host.isLive && !host.settings.isGithubActions) return new LiveView(host, name, runs.advance(name.run));
  host.say(`${name.workflow}  run ${name.run}`);
  return host.settings.isGithubActions ? new GithubView(host.command, name.folder) : new LineView(host.say);
}

function silentSink(host: Host): RunSink {
  return { event: () => {}, line: () => {}, note: host.say, close: () => {} };
}

/** With `--jsonl` every event is also a line on stdout. */
function withEventStream(host: Host, { jsonl }: OutputFlags, sink: RunSink): RunSink {
  if (!jsonl) return sink;
  return {
    event(event, progress) {
      host.print(jsonText(event));
      sink.event(event, progress);
    },
    line: (line, progress) => sink.line(line, progress),
    note: (text) => sink.note(text),
    close: (progress) => sink.close(progress),
  };
}

interface Ending {
  readonly view: RunView;
  readonly plan: Parameters<typeof failureLines>[1]['plan'];
  readonly tails: Parameters<typeof failureLines>[1]['tails'];
}

/** Why a run did not succeed is said even when nothing else is to be shown. */
function tellEnd(host: Host, runs: Runs, flags: DisplayOptions, { view, plan, tails }: Ending): void {
  const { colors, cwd } = host;
  const withOutputs = flags.json === true || flags.jsonl === true;
  const lines = [
    ...(view.status === 'failed' ? failureLines(view, { plan, tails, colors, folder: flags.folder }) : []),
    ...(flags.quiet
      ? []
      : summaryLines(view, { colors, allowed: allowedTasks(plan), files: runs, cwd, withOutputs })),
  ];
  if (flags.quiet && view.status === 'cancelled')
    lines.push(`Run ${view.id} was cancelled: ${plainText(view.error?.message ?? 'no reason given')}`);
  for (const line of lines) host.say(line);
}

/** The runner of GitHub Actions reads stdout, too. */
function jsonText(value: unknown, indent = 0): string {
  return inertJson(JSON.stringify(value, null, indent));
}

/** Data for stdout: the whole run with `--json`, else the outputs, if the workflow has any. */
function printResult(host: Host, flags: OutputFlags, view: RunView): void {
  if (flags.json) host.print(jsonText(view, 2));
  else if (!flags.jsonl && Object.keys(view.outputs).length > 0) host.print(jsonText(view.outputs, 2));
}
