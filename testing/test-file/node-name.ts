/** Names of nodes as tests write them: `task`, `task[3]`, and `workflow/task` for those of sub-workflows. */

export interface NodeName {
  readonly workflow: string | undefined;
  readonly task: string;
  readonly index: number | undefined;
}

export function parseNodeName(text: string): NodeName {
  const [, workflow, task = text, index] = /^(?:([^/]+)\/)?(.+?)(?:\[(\d+)\])?$/s.exec(text) ?? [];
  return { workflow, task, index: index === undefined ? undefined : Number(index) };
}
