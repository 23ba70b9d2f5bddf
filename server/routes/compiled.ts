/** Workflow files that came with a request: compiled, and refused with all their mistakes. */
import { type Compiled, checkFollowing, compileWorkflows, type Diagnostic } from '../../dsl/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { triggerProblems } from '../../engine/runtime/definition/schedule-setter.ts';
import type { ServerParts } from '../parts.ts';

export interface SentFile {
  readonly namespace: string;
  readonly source: string;
  /** In diagnostics. */
  readonly file?: string | undefined;
  /** Texts of other files, by their paths from its folder; whatever else it names is not there. */
  readonly files?: { readonly [path: string]: string } | undefined;
}

/** Nothing is read but what was sent. */
export function compileSent(
  { executors }: Pick<ServerParts, 'executors'>,
  { namespace, source, file = 'workflow.yaml', files = {} }: SentFile,
): Compiled {
  const sent = { path: file, text: source };
  const compiled = compileWorkflows(sent, {
    executors,
    namespace,
    readFile: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
  });
  const following = checkFollowing(sent, compiled.plans, compiled.plans);
  return { ...compiled, diagnostics: [...compiled.diagnostics, ...following] };
}

export function isClean(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every(({ severity }) => severity !== 'error');
}

/** @throws SluiceError invalid_workflow, with each mistake and its place */
export function requireClean(diagnostics: readonly Diagnostic[]): void {
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return;
  const lines = wrong.map(({ file, line, column, code, message, hint }) => ({
    pointer: '/body/source',
    detail: `${file}:${line}:${column} ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`,
  }));
  const count = wrong.length === 1 ? 'a mistake' : `${wrong.length} mistakes`;
  throw new SluiceError('invalid_workflow', `The workflow file has ${count}; nothing was stored.`, {
    details: { errors: lines },
  });
}

export interface SentWorkflow {
  readonly plan: Plan;
  /** Plans that came with it. */
  readonly linked: readonly Plan[];
}

/** The workflow of that name in a file, or its first. @throws SluiceError invalid_workflow */
export function sentWorkflow(
  parts: Pick<ServerParts, 'executors'>,
  { workflow, ...file }: SentFile & { readonly workflow?: string | undefined },
): SentWorkflow {
  const { plans, linked, diagnostics } = compileSent(parts, file);
  requireClean(diagnostics);
  const name = workflow ?? plans[0]?.name ?? '';
  const { namespace } = file;
  return { plan: chosen(plans, { namespace, workflow: name }), linked: [...linked, ...plans] };
}

/** @throws SluiceError invalid_workflow */
export function chosen(
  plans: readonly Plan[],
  { namespace, workflow }: { readonly namespace: string; readonly workflow: string },
): Plan {
  const foreign = plans.find((plan) => plan.namespace !== namespace);
  if (foreign)
    throw wrongFile(
      `holds ${foreign.name} of the namespace ${foreign.namespace}; send it there, not to ${namespace}`,
    );
  const plan = plans.find(({ name }) => name === workflow);
  const names = plans.map(({ name }) => name).join(', ');
  if (plan) return plan;
  throw wrongFile(
    names === '' ? 'holds no workflow' : `holds ${names}, not ${workflow}; add \`name: ${workflow}\``,
  );
}

/** @throws SluiceError invalid_workflow */
export function requireSchedulable(plan: Plan): void {
  const [problem] = triggerProblems(plan);
  if (problem) throw wrongFile(`cannot be scheduled: ${problem}`);
}

function wrongFile(why: string): SluiceError {
  const errors = [{ pointer: '/body/source', detail: `The file ${why}.` }];
  return new SluiceError('invalid_workflow', `The file ${why}.`, { details: { errors } });
}
