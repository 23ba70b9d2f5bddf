/** Workflow files on their way into a command: read, compiled, and refused with all their mistakes at once. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type Compiled,
  checkFollowing,
  compileWorkflows,
  type Followed,
  renderDiagnostics,
  type SourceFile,
} from '../dsl/index.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { SourceBundle } from '../engine/runtime/source/source-archive.ts';
import { packSource } from '../engine/runtime/source/source-bundle.ts';
import { allExecutors } from './compose/executors.ts';
import { EXIT } from './exit-code.ts';
import { CliFailure, usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import type { WorkflowSource, WorkflowText } from './installation/workflow-source.ts';
import { readTextFile } from './text-file.ts';

export interface CompiledFile extends Compiled {
  readonly file: SourceFile;
  /** The workflow's own folder. */
  readonly folder: string;
  /** All that was read of it. */
  readonly text: WorkflowText;
}

const ADVICE = '`sluice init` makes a small workflow to begin with.';

/** @throws CliFailure when the file cannot be read. What is wrong in it stands in the diagnostics. */
export function compileFile(host: Host, path: string): CompiledFile {
  const full = resolve(host.cwd, path);
  const folder = dirname(full);
  const file = { path, text: readTextFile(host, { path, subject: path, advice: ADVICE }) };
  const fileExists = (relativePath: string) => existsSync(join(folder, relativePath));
  const files: { [path: string]: string } = Object.create(null);
  const readFile = (relativePath: string) => {
    const text = readIfThere(join(folder, relativePath));
    if (text !== undefined) files[relativePath] = text;
    return text;
  };
  const compiled = compileWorkflows(file, { executors: allExecutors(host.settings), fileExists, readFile });
  return { ...compiled, file, folder, text: { file: basename(full), source: file.text, files } };
}

/** A workflow of a file, for whoever is to have the same. */
export function sourceOf(
  { plans, linked, folder, text }: CompiledFile,
  plan: Plan,
  pack: WorkflowSource['pack'] = folderPack(folder),
): WorkflowSource {
  return { plan, linked: [...plans, ...linked], folder, text, pack };
}

/** The folder is packed once, when it is asked for. @param without paths that are left out */
export function folderPack(folder: string, without?: ReadonlySet<string>): WorkflowSource['pack'] {
  let packed: Promise<SourceBundle> | undefined;
  return () => {
    packed ??= packSource(folder, without);
    return packed;
  };
}

/** The text of a sub-workflow's file; what is wrong with it is told where it is named. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Adds what is wrong between the workflows of all files, and those that are known beside them, because of `after`. */
export function checkTogether(
  files: readonly CompiledFile[],
  known: readonly Followed[] = [],
): readonly CompiledFile[] {
  const others = [...known, ...files.flatMap(({ plans }) => plans)];
  return files.map((one) => {
    const found = checkFollowing(one.file, one.plans, others);
    return found.length === 0 ? one : { ...one, diagnostics: [...one.diagnostics, ...found] };
  });
}

/** Says all diagnostics. True when none of them is an error. */
export function reportDiagnostics(host: Host, { diagnostics, file }: CompiledFile): boolean {
  if (diagnostics.length > 0) {
    const color = host.colors.isColorSupported;
    host.say(renderDiagnostics(diagnostics, file, { color }).trimEnd());
  }
  return diagnostics.every(({ severity }) => severity !== 'error');
}

/** The plan to run: the first of the file, or the one of that name. @throws CliFailure */
export function loadPlan(
  host: Host,
  path: string,
  name: string | undefined,
): CompiledFile & { readonly plan: Plan } {
  const compiled = compileFile(host, path);
  if (!reportDiagnostics(host, compiled)) {
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error').length;
    const count = errors === 1 ? 'a mistake' : `${errors} mistakes`;
    throw new CliFailure(EXIT.usage, `${path} has ${count}; nothing was started.`);
  }
  const plan = name === undefined ? compiled.plans[0] : compiled.plans.find((one) => one.name === name);
  if (plan) return { ...compiled, plan };
  const names = compiled.plans.map((one) => one.name).join(', ');
  throw usageFailure(`${path} has no workflow "${name ?? ''}"; it has ${names}.`);
}
