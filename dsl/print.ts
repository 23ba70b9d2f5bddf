/** A workflow as written → YAML text that reads back as the same workflow. */
import { Document } from 'yaml';
import type { WorkflowSource } from './schema/workflow.ts';

/** Keys stand in the order of the object; texts are quoted where YAML needs it. */
export function printWorkflow(workflow: WorkflowSource): string {
  const { tasks, ...head } = workflow;
  // A Map, so that tasks called `__proto__` or `1` keep their name and their place.
  const document = new Document(new Map<string, unknown>([...Object.entries(head), ['tasks', tasks]]), {
    aliasDuplicateObjects: false,
  });
  return document.toString({ lineWidth: 0 });
}
