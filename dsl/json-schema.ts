/** The JSON Schema of workflow files, for editors. Made from the same zod schemas that check them. */
import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import type { ExecutorFacts } from './executor-facts.ts';
import { objectKeys } from './schema/noun.ts';
import { HANDLER_MAPS, workflow } from './schema/workflow.ts';

/** Draft 7, which editors know best. With executors, their names and options are completed, too. */
export function workflowJsonSchema(executors: readonly ExecutorFacts[] = []): JsonObject {
  const schema = asObject(
    z.toJSONSchema(workflow, { target: 'draft-7', unrepresentable: 'any', io: 'input' }),
  );
  const properties = asObject(schema['properties']);
  const maps = TASK_MAPS.map((map) => [map, withExecutors(asObject(properties[map]), executors)]);
  return {
    ...schema,
    title: 'Sluice workflow',
    properties: { ...properties, ...(Object.fromEntries(maps) as JsonObject) },
  };
}

const TASK_MAPS = ['tasks', 'templates', ...HANDLER_MAPS];

/** A map of tasks, with what the executors add to each. */
function withExecutors(map: JsonObject, executors: readonly ExecutorFacts[]): JsonObject {
  if (executors.length === 0) return map;
  const task = asObject(map['additionalProperties']);
  const rules = executorRules(task, executors);
  const properties = asObject(rules['properties']);
  const compensate = asObject(properties['compensate']);
  const undoing = { ...compensate, ...executorRules(compensate, executors) };
  return {
    ...map,
    additionalProperties: { ...task, ...rules, properties: { ...properties, compensate: undoing } },
  };
}

function executorRules(task: JsonObject, executors: readonly ExecutorFacts[]): JsonObject {
  const properties = asObject(task['properties']);
  const uses = { ...asObject(properties['uses']), enum: executors.map(({ name }) => name) };
  const rules = executors.map((executor) => ({
    if: { properties: { uses: { const: executor.name } }, required: ['uses'] },
    // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema.
    then: { properties: { with: optionsSchema(executor) } },
  }));
  return { properties: { ...properties, uses }, allOf: rules };
}

/** Names and descriptions only: any option may be an expression, so types cannot be asked for here. */
function optionsSchema({ options, summary }: ExecutorFacts): JsonObject {
  const described: JsonObject = summary === undefined ? {} : { description: summary };
  const names = objectKeys(options);
  if (!options || names.length === 0) return { type: 'object', ...described };
  const text = descriptionsOf(
    asObject(z.toJSONSchema(options, { target: 'draft-7', unrepresentable: 'any', io: 'input' })),
  );
  const properties = names.map((name): [string, JsonObject] => {
    const description = text.get(name);
    return [name, description === undefined ? {} : { description }];
  });
  return {
    type: 'object',
    ...described,
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

function descriptionsOf(schema: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  const branches = [
    schema,
    ...list(schema['anyOf']),
    ...list(schema['oneOf']),
    ...list(schema['allOf']),
  ].filter(isJsonObject);
  for (const branch of branches) {
    for (const [name, property] of Object.entries(asObject(branch['properties']))) {
      const description = asObject(property)['description'];
      if (typeof description === 'string') found.set(name, description);
    }
  }
  return found;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
