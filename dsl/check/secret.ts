/**
 * Secrets: listed under `secrets`, passed on by `env` and `with` alone, and only as they are. Expressions never hold the
 * value: whoever evaluates them writes results into state, events and logs.
 */
import type { Json } from '../../engine/core/json.ts';
import type { ExpressionSite } from '../expression-site.ts';
import type { Path } from '../position.ts';
import { secretName } from '../secret-name.ts';
import type { SiteReference } from '../site-reference.ts';
import { suggest } from '../suggest.ts';
import type { WorkflowContext } from '../workflow-context.ts';
import { complain } from './complain.ts';

/** One reference `secrets.NAME` in a place that takes secrets. */
export function checkSecret(context: WorkflowContext, found: SiteReference): void {
  const { site, reference, expression } = found;
  const name = reference.path[1];
  const isPure = expression.trim() === `secrets.${name}`;
  if (name === undefined || name === '*' || !isPure) {
    const message = 'A secret is passed on as it is: no function, operator or index can be put to it.';
    const hint = 'Write `${{ secrets.NAME }}`, also within text, and do the rest in the task.';
    return complain(context, found, { code: 'secret_in_expression', message, hint });
  }
  if (site.task?.executor?.place === 'engine' && site.place === 'with') {
    const message = `\`uses: ${site.task.uses}\` is done by the engine itself, which never knows secrets.`;
    const hint = 'Only tasks that a worker runs can use them.';
    return complain(context, found, { code: 'secret_not_allowed', message, hint });
  }
  const problem = unknownSecret(context, name);
  if (problem) complain(context, found, problem);
}

/** Keys that name a secret outside of expressions. */
export function checkSecretNames(context: WorkflowContext): void {
  const { document, source } = context;
  const check = (text: string | undefined, path: Path) => {
    const problem = text === undefined ? undefined : unknownSecret(context, secretName(text));
    if (problem) document.error({ ...problem, path });
  };
  check(source.callback?.secret, ['callback', 'secret']);
  for (const [i, { webhook }] of (source.triggers ?? []).entries())
    check(webhook?.secret, ['triggers', i, 'webhook', 'secret']);
}

function unknownSecret({ source }: WorkflowContext, name: string) {
  const names = source.secrets ?? [];
  if (names.includes(name)) return undefined;
  const message = `The workflow does not list a secret \`${name}\`.`;
  const isName = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name);
  const add = isName
    ? `Add it at the top of the workflow: \`secrets: [${[...names, name].join(', ')}]\`.`
    : 'Write the name of a secret, not its value.';
  return {
    code: 'unknown_secret',
    message,
    hint: (isName ? suggestName(name, names) : undefined) ?? add,
  } as const;
}

function suggestName(name: string, names: readonly string[]): string | undefined {
  const hint = suggest(name, names);
  return hint?.startsWith('Did') ? hint : undefined;
}

export function explainSecret({ place }: ExpressionSite): {
  readonly message: string;
  readonly hint: string;
} {
  const message = `Secrets are not known in ${place.includes('`') ? place : `\`${place}\``}: what stands there is stored and shown.`;
  const isProcess = place === 'run';
  const hint = isProcess
    ? 'Pass it by `env`: arguments of a process can be seen by others on its machine.'
    : 'They can be used in `env` and `with` alone.';
  return { message, hint };
}

export function isSecretTemplate(template: Json | undefined): boolean {
  return template !== undefined && /\$\{\{\s*secrets\./.test(JSON.stringify(template));
}
