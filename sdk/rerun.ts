/** Reruns as a program asks for them: a new run like a former one, of the same, the newest or another definition. */
import { SluiceError } from '../engine/core/errors.ts';
import type { JsonObject } from '../engine/core/json.ts';
import type { RetryScope } from '../engine/core/message.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import type { Explainer } from '../engine/runtime/client/explainer.ts';
import { type NewDefinition, type PreparedRerun, prepareRerun } from '../engine/runtime/client/rerun.ts';
import { newInputs } from './inputs.ts';
import type { Workflow } from './workflow.ts';

export interface RerunOptions {
  /** What runs again: everything (default), what did not succeed, the named nodes with all downstream, or these alone. */
  readonly scope?: RetryScope;
  /** For the scopes `from` and `node`. */
  readonly nodes?: readonly string[];
  /** Other values of inputs; the rest stays. */
  readonly inputs?: JsonObject;
  /** `newest`: as it is stored now. Default: the definition of the former run. */
  readonly workflow?: 'newest' | Workflow<unknown, unknown>;
  /** The same key starts the same run once. */
  readonly idempotencyKey?: string;
}

/** What runs of a connection have in common. */
export interface RunContext {
  readonly client: Client;
  readonly explainer: Explainer;
  /** With its files, for whoever works on it. */
  startable(workflow: Workflow<unknown, unknown>): Promise<NewDefinition>;
}

/** @throws SluiceError run_not_found, node_not_found, not_possible, invalid_input, workflow_not_found */
export async function prepare(
  context: RunContext,
  run: string,
  options: RerunOptions,
): Promise<PreparedRerun> {
  const { client } = context;
  const { scope = 'all', nodes = [], workflow, idempotencyKey } = options;
  const { stored, plan } = await client.load(run);
  const definition =
    workflow === undefined
      ? undefined
      : workflow === 'newest'
        ? await newest(client, plan.namespace, plan.name)
        : await context.startable(workflow);
  return prepareRerun(client, run, {
    scope,
    nodes,
    inputs: newInputs(definition?.plan ?? plan, stored.header.inputs, options.inputs ?? {}),
    ...(definition ? { definition } : {}),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

async function newest(client: Client, namespace: string, name: string): Promise<NewDefinition> {
  const found = await client.findWorkflow(namespace, name);
  if (found) return found;
  throw new SluiceError(
    'workflow_not_found',
    `The workflow ${name} of the namespace ${namespace} is not stored, so there is no newest definition of it; apply it, or give the workflow itself.`,
  );
}
