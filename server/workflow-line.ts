/** An applied workflow as lists show it, and its versions. */
import type {
  DefinitionLine,
  DefinitionVersion,
  WorkflowDefinition,
} from '../engine/ports/definition-store.ts';

export function workflowLineOf(line: DefinitionLine) {
  const { namespace, name, version, plan, appliedAt, description = null, tasks, schedules } = line;
  const applied_at = new Date(appliedAt).toISOString();
  return { namespace, name, version, plan, applied_at, description, tasks, schedules };
}

export function versionLineOf({ number, plan, appliedAt }: DefinitionVersion) {
  return { number, plan, applied_at: new Date(appliedAt).toISOString() };
}

/** Newest first; `version` is the one that is started. */
export function historyOf({ namespace, name, current, versions }: WorkflowDefinition) {
  return { namespace, name, version: current, versions: versions.map(versionLineOf).reverse() };
}
