/** `triggers`: each names one thing that starts runs, with keys that belong to it; times and inputs can be understood. */

import { meantDuration } from '../../engine/core/duration.ts';
import { parseCron } from '../../engine/core/schedule/cron.ts';
import { isTimeZone } from '../../engine/core/schedule/zone.ts';
import { mapValues, milliseconds } from '../compile-task.ts';
import { splitName } from '../compile-trigger.ts';
import { shorten } from '../describe-value.ts';
import { toName } from '../name.ts';
import type { Path } from '../position.ts';
import { TRIGGER_KINDS, type TriggerKind, type TriggerSource } from '../schema/trigger.ts';
import { toValueSpec } from '../schema/value-spec.ts';
import { alternatives } from '../suggest.ts';
import { parseTime } from '../time-text.ts';
import type { WorkflowContext } from '../workflow-context.ts';
import { checkGivenInputs } from './given-input.ts';

/** A schedule with shorter ticks would keep its shard busy with nothing else. */
const MIN_EVERY_MS = 1_000;

export function checkTriggers(context: WorkflowContext): void {
  for (const [i, trigger] of (context.source.triggers ?? []).entries()) {
    const path = ['triggers', i];
    const kind = checkKind(context, trigger, path);
    if (kind === undefined) continue;
    checkKeys(context, trigger, { kind, path });
    CHECKS[kind]?.(context, trigger, path);
    const holder = INNER_INPUTS.includes(kind) ? [...path, kind] : path;
    const inputs =
      kind === 'after' || kind === 'webhook' || kind === 'kafka' ? trigger[kind]?.inputs : trigger.inputs;
    const specs = mapValues(context.source.inputs ?? {}, toValueSpec);
    checkGivenInputs(context.document, { specs, given: inputs ?? {}, holder, owner: 'The workflow' });
  }
}

/** The one kind of the trigger. */
function checkKind(
  { document }: WorkflowContext,
  trigger: TriggerSource,
  path: Path,
): TriggerKind | undefined {
  const [first, second] = TRIGGER_KINDS.filter((kind) => trigger[kind] !== undefined);
  if (first === undefined) {
    const message = 'The trigger names nothing that starts runs.';
    document.error({
      code: 'bad_trigger',
      path,
      message,
      hint: `It takes one of ${alternatives(TRIGGER_KINDS)}.`,
    });
  } else if (second !== undefined) {
    const message = `A trigger has one of \`${first}\` and \`${second}\`, not both.`;
    const hint = 'Write each as an item of its own: `- ` before each key.';
    document.error({ code: 'bad_trigger', path: [...path, second], onKey: true, message, hint });
    return undefined;
  }
  return first;
}

/** Kinds that hold `inputs` in their own map. */
const INNER_INPUTS: readonly string[] = ['after', 'webhook', 'kafka'];

const BELONGS: Readonly<Record<'timezone' | 'catchup' | 'overlap' | 'inputs', readonly TriggerKind[]>> = {
  timezone: ['cron'],
  catchup: ['cron', 'every'],
  overlap: ['cron', 'every'],
  inputs: ['cron', 'every', 'at'],
};

interface Kinded {
  readonly kind: TriggerKind;
  readonly path: Path;
}

function checkKeys({ document }: WorkflowContext, trigger: TriggerSource, { kind, path }: Kinded): void {
  for (const key of ['timezone', 'catchup', 'overlap', 'inputs'] as const) {
    if (trigger[key] === undefined || BELONGS[key].includes(kind)) continue;
    const message = `\`${key}\` belongs to ${alternatives(BELONGS[key], 'and')}, not to \`${kind}\`.`;
    const hint =
      key === 'inputs' ? `Write it within \`${kind}\`: \`${kind}: { …, inputs: { … } }\`.` : 'Remove it.';
    document.error({ code: 'bad_trigger', path: [...path, key], onKey: true, message, hint });
  }
}

type KindCheck = (context: WorkflowContext, trigger: TriggerSource, path: Path) => void;

const CHECKS: Readonly<Partial<Record<TriggerKind, KindCheck>>> = {
  cron: checkCron,
  every: checkEvery,
  at: checkAt,
  after: checkAfter,
  webhook: checkWebhook,
};

function checkCron({ document }: WorkflowContext, { cron = '', timezone }: TriggerSource, path: Path): void {
  const read = parseCron(cron);
  if ('problem' in read) {
    const message = `The pattern \`${shorten(cron)}\` ${read.problem}.`;
    const meant = meantDuration(cron);
    const hint =
      meant === undefined
        ? 'Write five fields: minute, hour, day of month, month, day of week, as in "30 6 * * mon-fri".'
        : `Write \`every: ${meant}\` instead of \`cron\`, or five fields: minute, hour, day of month, month, day of week.`;
    document.error({ code: 'bad_cron', path: [...path, 'cron'], message, hint });
  }
  if (timezone === undefined || isTimeZone(timezone)) return;
  const message = `There is no time zone \`${timezone}\`.`;
  const hint = 'Write a name of the IANA database, such as Europe/Berlin, or UTC.';
  document.error({ code: 'bad_timezone', path: [...path, 'timezone'], message, hint });
}

function checkEvery({ document }: WorkflowContext, { every }: TriggerSource, path: Path): void {
  if ((milliseconds(every) ?? MIN_EVERY_MS) >= MIN_EVERY_MS) return;
  const message = `\`every\` must be at least 1s, but this is \`${every}\`.`;
  const hint = 'Write `every: 1s` or more; within a run, `repeat` does something more often.';
  document.error({ code: 'out_of_range', path: [...path, 'every'], message, hint });
}

function checkAt({ document }: WorkflowContext, { at = '' }: TriggerSource, path: Path): void {
  if (parseTime(at) !== undefined) return;
  const message = `\`at\` must be a time with its zone, but this is \`${at}\`.`;
  const hint = 'Write for example 2026-03-01T06:00:00Z or 2026-03-01T06:00:00+01:00.';
  document.error({ code: 'bad_time', path: [...path, 'at'], message, hint });
}

function checkAfter({ document, source }: WorkflowContext, { after }: TriggerSource, path: Path): void {
  const at = [...path, 'after', 'workflow'];
  const own = { namespace: source.namespace ?? 'default', workflow: source.name };
  const named = after?.workflow ?? '';
  const { namespace, workflow } = splitName(named, own.namespace);
  if (named.split('/').length > 2 || toName(namespace) !== namespace || toName(workflow) !== workflow) {
    const message = `\`${named}\` is no name of a workflow.`;
    document.error({ code: 'bad_name', path: at, message, hint: 'Write `NAME`, or `NAMESPACE/NAME`.' });
  } else if (namespace === own.namespace && workflow === own.workflow) {
    const message = 'The workflow would start itself after each of its runs, for ever.';
    document.error({
      code: 'self_reference',
      path: at,
      message,
      hint: 'Use `every`, or name another workflow.',
    });
  }
}

function checkWebhook(context: WorkflowContext, { webhook }: TriggerSource, path: Path): void {
  if (!webhook) return;
  const { document } = context;
  const at = [...path, 'webhook', 'path'];
  if (webhook.path.includes('${{')) {
    const message = '`path` takes no expression: it must be known before a run starts.';
    document.error({ code: 'expression_not_allowed', path: at, message });
  } else if (!/^\/?[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/.test(webhook.path)) {
    const message = `\`${webhook.path}\` cannot be the path of a webhook.`;
    const hint = 'Write names of letters, digits, ., _, ~ and -, with / between them, as in `team/build`.';
    document.error({ code: 'wrong_value', path: at, message, hint });
  } else checkTaken(context, webhook.path, path);
  if (webhook.secret !== undefined) return;
  document.warn({
    code: 'unsigned_webhook',
    path: [...path, 'webhook'],
    onKey: true,
    message: 'Without a `secret`, everybody who knows the address can start runs.',
    hint: 'Add `secret: NAME`, and the name to `secrets` of the workflow.',
  });
}

function checkTaken({ document, source }: WorkflowContext, taken: string, path: Path): void {
  const plain = taken.replace(/^\//, '');
  const paths = (source.triggers ?? []).map(({ webhook }) => webhook?.path.replace(/^\//, ''));
  if (paths.indexOf(plain) === path[1]) return;
  const message = `The path \`${taken}\` is taken by another trigger of this workflow.`;
  const at = [...path, 'webhook', 'path'];
  document.error({ code: 'duplicate_name', path: at, message, hint: 'Choose another path.' });
}
