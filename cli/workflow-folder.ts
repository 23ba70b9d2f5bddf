/** Finds the workflow files of `sluice apply DIR…`: YAML files that have `tasks`, less tests and what is hidden. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist']);

/** Paths as the user would write them, in order, each once. A file that is named is taken whatever it holds. */
export function findWorkflowFiles(host: Host, paths: readonly string[]): string[] {
  const files = new Set<string>();
  for (const path of paths) {
    const found = isFolder(host, path)
      ? filesIn(resolve(host.cwd, path)).map((file) => join(path, file))
      : [path];
    if (found.length === 0)
      throw usageFailure(`${path} holds no workflow file: a .yaml or .yml file with \`tasks\`.`);
    for (const file of found) files.add(relative(host.cwd, resolve(host.cwd, file)) || file);
  }
  return [...files].sort();
}

function isFolder(host: Host, path: string): boolean {
  return statSync(resolve(host.cwd, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesIn(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || SKIPPED_FOLDERS.has(entry.name)) continue;
    if (entry.isDirectory())
      found.push(...filesIn(join(folder, entry.name)).map((file) => join(entry.name, file)));
    else if (isWorkflow(folder, entry.name)) found.push(entry.name);
  }
  return found;
}

function isWorkflow(folder: string, name: string): boolean {
  if (!/\.ya?ml$/i.test(name) || /\.test\.ya?ml$/i.test(name) || /^sluice\.config\.ya?ml$/i.test(name))
    return false;
  return /^tasks\s*:/m.test(readFileSync(join(folder, name), 'utf8'));
}
