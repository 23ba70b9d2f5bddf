/** Answers what pages about a workflow ask. */
import { createHash } from 'node:crypto';
import { workflowJsonSchema } from '../../dsl/index.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { lastRunsByTask } from '../../engine/runtime/client/workflow-history.ts';
import { startForm, workflowHistory, workflowSchema } from '../operations/workflow-pages.ts';
import { type Route, route } from '../route.ts';
import { lineOf } from '../run-line.ts';
import { findWorkflow } from './runs.ts';

/** Made once: it is large, and the same for all. */
let made: { readonly schema: JsonObject & { readonly title: string }; readonly etag: string } | undefined;

export const workflowPageRoutes: readonly Route[] = [
  route(workflowHistory)(async ({ params: { namespace, workflow }, query }, parts) => {
    const { plan } = await findWorkflow(parts, { namespace, workflow });
    const history = await lastRunsByTask(parts, plan, query.runs);
    const { tasks, moreTasks } = history;
    const runs = history.runs.map(({ line, ...cells }) => ({ ...lineOf(line), ...cells }));
    return { body: { format: 1, tasks, more_tasks: moreTasks, runs } };
  }),

  route(startForm)(async ({ params, query: { version } }, parts) => {
    const { plan } = await findWorkflow(parts, { ...params, version });
    const { name, hash, description = null, inputs, secrets: named = [] } = plan;
    const stored = named.length === 0 ? [] : await parts.secrets.list(params.namespace);
    const known = new Set(stored.map((entry) => entry.name));
    const secrets = named.map((secret) => ({ name: secret, stored: known.has(secret) }));
    return { body: { format: 1, workflow: name, version: hash, description, inputs, secrets } };
  }),

  route(workflowSchema)(({ header }, { executors }) => {
    if (made === undefined) {
      const schema = { title: 'Sluice workflow', ...workflowJsonSchema(executors) };
      const hash = createHash('sha256').update(JSON.stringify(schema)).digest('hex');
      made = { schema, etag: `"${hash.slice(0, 32)}"` };
    }
    const { schema, etag } = made;
    const headers = { etag, 'cache-control': 'no-cache' };
    if (header('if-none-match') === etag) return new Response(null, { status: 304, headers });
    return { body: schema, headers };
  }),
];
