/** Tells who wants to know of a run's end: its parent, the schedule or backfill that started it, and who follows its workflow. */
import type { Json } from '../../json.ts';
import type { ReportMessage } from '../../message.ts';
import type { Post } from '../../post.ts';
import type { RunHeader } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import type { Turn } from '../turn.ts';

/** Outputs larger than this are not passed on (bytes of JSON); who needs them reads them from the run. */
const MAX_OUTPUTS = 32 * 1_024;

/** Addresses that a run tells of its end, beside those that follow its workflow. Others ask again. */
const MAX_TOLD = 10;

/** `run_ended` as its receivers read it. */
export interface RunEndedBody {
  readonly [field: string]: Json;
  readonly run: string;
  readonly namespace: string;
  readonly workflow: string;
  readonly status: string;
  /** Times that the run was taken up again before this end. */
  readonly retries: number;
  readonly logical_time: string;
  /** Started by a schedule of its workflow, so that its logical time is one that was expected. */
  readonly scheduled: boolean;
  readonly interval: Json;
  readonly outputs: Json;
}

/** The run has just ended. */
export function tellEnd(turn: Turn, run: RunState): void {
  const { namespace, workflow } = run.header;
  for (const post of endPosts(run.header, turn.facts.subscribersOf(namespace, workflow))) turn.post(post);
}

/** Somebody asks whether the run has ended: it has. */
export function tellAgain(turn: Turn, run: RunState, { tell }: ReportMessage): void {
  for (const post of endPosts(run.header, tell === undefined ? [] : [tell])) turn.post(post);
}

/** Somebody asks who did not start it, such as a backfill over a tick that its schedule has started: told at the end. */
export function tellLater(turn: Turn, run: RunState, { tell: address }: ReportMessage): void {
  const { tell = [] } = run.header;
  if (address === undefined || tell.includes(address) || tell.length >= MAX_TOLD) return;
  run.header.tell = [...tell, address];
  turn.saveHeader(run);
}

/** The run that somebody asks for is not there. */
export function tellUnknown(turn: Turn, { run, tell }: ReportMessage): void {
  if (tell === undefined) return;
  turn.post({
    kind: 'message',
    message: { type: 'actor', to: tell, name: 'run_ended', body: { run, status: 'lost' } },
  });
}

export function endPosts(header: RunHeader, subscribers: readonly string[]): Post[] {
  const addresses = new Set([...(header.tell ?? []), ...subscribers]);
  const parent = parentPosts(header);
  if (addresses.size === 0) return parent;
  const body = endBody(header);
  const told = [...addresses].map(
    (to): Post => ({ kind: 'message', message: { type: 'actor', to, name: 'run_ended', body } }),
  );
  return [...parent, ...told];
}

/** The node that waits for this run learns how it ended. */
function parentPosts({ id, parent, status, outputs = {}, largeOutputs, error }: RunHeader): Post[] {
  if (!parent) return [];
  const { run, node, generation, attempt } = parent;
  const large = largeOutputs ? { large: largeOutputs } : {};
  const end = { child: id, status, outputs, ...large, ...(error ? { error } : {}) };
  return [{ kind: 'message', message: { type: 'child_ended', run, node, generation, attempt, ...end } }];
}

function endBody({
  id,
  namespace,
  workflow,
  status,
  retries,
  trigger,
  createdAt,
  outputs,
  largeOutputs,
}: RunHeader): RunEndedBody {
  const given = trigger['logical_time'];
  const isSmall = !largeOutputs && JSON.stringify(outputs ?? {}).length <= MAX_OUTPUTS;
  return {
    run: id,
    namespace,
    workflow,
    status,
    retries: retries ?? 0,
    logical_time: typeof given === 'string' ? given : new Date(createdAt).toISOString(),
    scheduled: trigger.type === 'schedule',
    interval: trigger['interval'] ?? null,
    outputs: isSmall ? (outputs ?? {}) : null,
  };
}
