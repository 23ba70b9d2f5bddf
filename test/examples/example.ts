/** The examples as their heads describe them: how each ends, by default and in the variants that it names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** One way to run an example, and what its head promises of it. */
export interface Variant {
  /** As written after the file name in the head; empty for the default run. */
  readonly args: string;
  ends: string;
  /** Tasks that end so, in the order of the head. */
  readonly tasks: { skipped: string[]; failed: string[]; upstream_failed: string[] };
  /** What `expected.json` says of the outputs; undefined when it says nothing. */
  readonly outputs: unknown;
}

export interface Example {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly head: string;
  /** A program that must run meanwhile: full path. */
  readonly server: string | undefined;
  readonly variants: readonly Variant[];
}

const PROMISE = /^# (Ends|Skipped|Failed|Upstream failed)(?: with (--.+?))?: (.+)$/gm;

/** Folders that are tested otherwise: a program instead of a workflow file, workflows with tests beside them. */
const WITH_OWN_TESTS = ['embedded', 'pipelines'];

/** The folders of the examples of workflow files, from the root of the repository. */
export function exampleFolders(): string[] {
  const entries = readdirSync(join(ROOT, 'examples'), { withFileTypes: true });
  // A folder with a dot is what a run has left behind.
  const names = entries
    .filter(({ name }) => !WITH_OWN_TESTS.includes(name))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  return names.map((name) => `examples/${name}`).sort();
}

/** All YAML files in those folders that say how they end. */
export function findExamples(): Example[] {
  const files = exampleFolders().flatMap((folder) => {
    const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => `${folder}/${name}`);
  });
  return files.map(readExample).filter(({ variants }) => variants.length > 0);
}

function readExample(path: string): Example {
  const full = join(ROOT, path);
  const text = readFileSync(full, 'utf8');
  const head = text.slice(0, text.search(/^[^#\s]/m));
  const server = /^# Server: (.+)$/m.exec(head)?.[1];
  return {
    path,
    head,
    server: server === undefined ? undefined : join(dirname(full), server),
    variants: readVariants(head, expectedOutputs(full)),
  };
}

function readVariants(head: string, expected: ReadonlyMap<string, unknown>): Variant[] {
  const variants = new Map<string, Variant>();
  for (const [, what, args = '', value = ''] of head.matchAll(PROMISE)) {
    const known = variants.get(args);
    const tasks = { skipped: [], failed: [], upstream_failed: [] };
    const variant = known ?? { args, ends: '', tasks, outputs: expected.get(args) };
    variants.set(args, variant);
    const names = value.split(', ');
    if (what === 'Ends') variant.ends = value;
    else if (what === 'Skipped') variant.tasks.skipped = names;
    else if (what === 'Failed') variant.tasks.failed = names;
    else variant.tasks.upstream_failed = names;
  }
  return [...variants.values()];
}

/** From the arguments to the outputs; `expected.json` has them by file and arguments. */
function expectedOutputs(file: string): ReadonlyMap<string, unknown> {
  const path = join(dirname(file), 'expected.json');
  if (!existsSync(path)) return new Map();
  const all: object = JSON.parse(readFileSync(path, 'utf8'));
  const name = basename(file);
  const own = Object.entries(all).filter(([key]) => key === name || key.startsWith(`${name} `));
  return new Map(own.map(([key, outputs]) => [key.slice(name.length + 1), outputs]));
}

/** The keys of an example's `expected.json` that belong to one of its files. */
export function expectationsOf(folder: string): string[] {
  const path = join(ROOT, folder, 'expected.json');
  return existsSync(path) ? Object.keys(JSON.parse(readFileSync(path, 'utf8'))) : [];
}
