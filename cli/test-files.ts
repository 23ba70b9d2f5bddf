/** The test files that arguments of `sluice test` mean: files by name, folders with all below them, workflows with their own. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';

const TEST_FILE = /\.test\.ya?ml$/;

/** Without arguments: all below the current folder. Sorted, each once. @throws CliFailure when there is none. */
export function findTestFiles(host: Host, paths: readonly string[]): readonly string[] {
  const found = (paths.length === 0 ? ['.'] : paths).flatMap((path) => filesAt(host, path));
  return [...new Set(found)];
}

function filesAt(host: Host, path: string): readonly string[] {
  const full = resolve(host.cwd, path);
  if (!existsSync(full)) throw usageFailure(`There is no file ${path}.`);
  if (statSync(full).isDirectory()) {
    const found = filesBelow(host, path);
    if (found.length > 0) return found;
    throw usageFailure(
      `There is no test file below ${path}. Tests of a workflow x.yaml stand in x.test.yaml.`,
    );
  }
  if (TEST_FILE.test(path)) return [path];
  const beside = path.replace(/\.ya?ml$/, '.test.yaml');
  if (beside !== path && existsSync(resolve(host.cwd, beside))) return [beside];
  throw usageFailure(`${path} is no test file, and there is no ${beside} beside it.`);
}

function filesBelow(host: Host, path: string): string[] {
  const entries = readdirSync(resolve(host.cwd, path), { withFileTypes: true });
  const inner = entries
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return inner.flatMap((entry) => {
    const at = path === '.' ? entry.name : join(path, entry.name);
    if (entry.isDirectory()) return filesBelow(host, at);
    return entry.isFile() && TEST_FILE.test(entry.name) ? [at] : [];
  });
}
