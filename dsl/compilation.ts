/**
 * One call of the compiler: the documents of a file and, on demand, those of other files that it runs as sub-workflows.
 * A child is compiled before its parent, because the parent's plan names the child's hash and its checks ask for the
 * child's inputs and outputs. A circle of workflows has no such order, and is an error.
 */
import { posix } from 'node:path';
import type { Plan } from '../engine/core/plan.ts';
import { runChecks } from './check/index.ts';
import type { Compiled, CompileOptions } from './compile.ts';
import { compilePlan } from './compile-plan.ts';
import type { SourceFile } from './diagnostic.ts';
import { BUILTIN_FACTS } from './executor-facts.ts';
import { toName } from './name.ts';
import type { Path } from './position.ts';
import { type ReadWorkflow, readDocuments } from './read.ts';
import { Report } from './report.ts';
import type { SourceDocument } from './source-document.ts';
import { type Child, type Surroundings, workflowContext } from './workflow-context.ts';

/** One workflow of one file. */
interface Unit {
  readonly file: LoadedFile;
  readonly read: ReadWorkflow;
  readonly namespace: string;
  readonly name: string;
  /** Set once it was compiled. */
  result?: UnitResult;
}

type UnitResult =
  | { readonly plan: Plan }
  /** Names along the circle; the first is the last. */
  | { readonly circle: readonly string[] }
  | { readonly invalid: true };

interface LoadedFile {
  readonly report: Report;
  /** From the folder of the first file; '' is that folder. */
  readonly folder: string;
  readonly units: readonly Unit[];
}

/** Undefined: it was reported why there is none. */
type Found = Child | { readonly circle: readonly string[] } | undefined;

/** Files below files. More is a circle in disguise, or a mistake. */
const MAX_FILES = 200;

export class Compilation {
  readonly #options: CompileOptions;
  readonly #around: Surroundings;
  readonly #root: LoadedFile;
  readonly #rootFolder: string;
  /** By path from the folder of the first file; undefined for a file that cannot be read. */
  readonly #files = new Map<string, LoadedFile | undefined>();
  readonly #open: Unit[] = [];
  readonly #linked = new Map<string, Plan>();

  constructor(file: SourceFile, options: CompileOptions) {
    this.#options = options;
    const executors = new Map((options.executors ?? BUILTIN_FACTS).map((one) => [one.name, one]));
    this.#around = { executors, fileExists: options.fileExists };
    this.#rootFolder = posix.dirname(slashes(file.path));
    this.#root = load(file, '', options.namespace);
    this.#files.set(posix.basename(slashes(file.path)), this.#root);
  }

  run(): Compiled {
    checkWorkflowNames(this.#root);
    const results = this.#root.units.map((unit) => this.#compile(unit));
    const plans = results.flatMap((result) => ('plan' in result ? [result.plan] : []));
    return { plans, linked: [...this.#linked.values()], diagnostics: this.#root.report.diagnostics() };
  }

  #compile(unit: Unit): UnitResult {
    if (unit.result) return unit.result;
    const from = this.#open.indexOf(unit);
    if (from >= 0) return { circle: [...this.#open.slice(from), unit].map(({ name }) => name) };
    this.#open.push(unit);
    unit.result = this.#compileOnce(unit);
    this.#open.pop();
    if ('plan' in unit.result && unit.file !== this.#root)
      this.#linked.set(unit.result.plan.hash, unit.result.plan);
    return unit.result;
  }

  #compileOnce(unit: Unit): UnitResult {
    const { document, source } = unit.read;
    let circle: readonly string[] | undefined;
    const findChild = (_document: SourceDocument, path: Path, named: string): Child | undefined => {
      const found = this.#findChild(unit, path, named);
      if (found && 'circle' in found) circle ??= found.circle;
      return found && 'workflow' in found ? found : undefined;
    };
    const isRoot = unit.file === this.#root;
    const { executors, fileExists } = this.#around;
    const around = { executors, fileExists: isRoot ? fileExists : undefined, findChild };
    const context = workflowContext(document, source, around);
    const dependencies = runChecks(context);
    if (circle) return { circle };
    return document.isClean ? { plan: compilePlan(context, unit, dependencies) } : { invalid: true };
  }

  #findChild(unit: Unit, taskPath: Path, named: string): Found {
    const { document } = unit.read;
    const path = [...taskPath, 'workflow'];
    if (named.includes('${{')) return reportExpression(document, path);
    if (!isFileName(named)) return this.#findByName(unit, path, named);
    const file = this.#load(posix.normalize(posix.join(unit.file.folder, slashes(named))));
    if (!file) return reportUnreadable(document, path, named);
    const [target] = file.units;
    if (!target) return reportInvalid(document, path, { named, file });
    return this.#link(unit, path, { named, target });
  }

  /** A workflow of the same file, or one that is looked up when the run starts. */
  #findByName(unit: Unit, path: Path, named: string): Found {
    const { document } = unit.read;
    const parts = named.split('/');
    const workflow = parts.at(-1) ?? '';
    const namespace = parts.length === 2 ? (parts[0] ?? '') : unit.namespace;
    const bad = parts.length > 2 || [namespace, workflow].find((part) => toName(part) !== part);
    if (bad) return reportBadName(document, path, named);
    const target = unit.file.units.find((one) => one.name === workflow && one.namespace === namespace);
    return target ? this.#link(unit, path, { named, target }) : { namespace, workflow };
  }

  #link(
    { read: { document }, file }: Unit,
    path: Path,
    { named, target }: { readonly named: string; readonly target: Unit },
  ): Found {
    const result = this.#compile(target);
    const { namespace, name: workflow } = target;
    if ('plan' in result) return { namespace, workflow, plan: result.plan };
    if ('circle' in result) {
      const message = `Workflows start each other in a circle: ${result.circle.join(' → ')}.`;
      const hint = 'To do something again, use `repeat` or `foreach`.';
      document.error({ code: 'cycle', path, message, hint });
      return result;
    }
    // The mistakes of this file are shown where they are.
    return target.file === file
      ? { namespace, workflow }
      : reportInvalid(document, path, { named, file: target.file });
  }

  #load(relativePath: string): LoadedFile | undefined {
    if (this.#files.has(relativePath)) return this.#files.get(relativePath);
    const isAllowed = this.#files.size < MAX_FILES;
    const text = isAllowed ? this.#options.readFile?.(relativePath) : undefined;
    const path = posix.join(this.#rootFolder, relativePath);
    const file =
      text === undefined
        ? undefined
        : load({ path, text }, posix.dirname(relativePath), this.#options.namespace);
    this.#files.set(relativePath, file);
    return file;
  }
}

function load(file: SourceFile, folder: string, usual = 'default'): LoadedFile {
  const report = new Report({ path: file.path, text: file.text.replace(/^\uFEFF/, '') });
  const units: Unit[] = [];
  const loaded: LoadedFile = { report, folder, units };
  for (const read of readDocuments(report)) {
    const name = read.source.name ?? nameOfFile(file.path);
    units.push({ file: loaded, read, name, namespace: read.source.namespace ?? usual });
  }
  return loaded;
}

function nameOfFile(path: string): string {
  const fileName = slashes(path).split('/').at(-1) ?? path;
  return toName(fileName.replace(/\.(ya?ml|json)$/i, '').replace(/\.(workflow|sluice)$/i, ''));
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

/** Whether `workflow:` names a file; names hold no dots. */
function isFileName(named: string): boolean {
  return /\.(ya?ml|json)$/i.test(named) || /^\.{0,2}\//.test(named);
}

function checkWorkflowNames({ report, units }: LoadedFile): void {
  const isSeveral = units.length > 1;
  const seen = new Set<string>();
  for (const { read, namespace } of units) {
    const { document, source } = read;
    const { name } = source;
    if (name === undefined && isSeveral && !('name' in document.data)) {
      const message = 'With several workflows in a file each needs a `name`.';
      document.error({
        code: 'missing_key',
        path: [],
        message,
        hint: 'Add `name: NAME` at the top of this document.',
      });
    }
    const key = `${namespace}/${(name ?? '').toLowerCase()}`;
    if (name !== undefined && seen.has(key)) {
      const message = `The name \`${name}\` is taken by another workflow of this file.`;
      document.error({ code: 'duplicate_name', path: ['name'], message, hint: 'Rename one of them.' });
    }
    seen.add(key);
    if (report.isFull) return;
  }
}

function reportExpression(document: SourceDocument, path: Path): undefined {
  const message = '`workflow` takes no expression: it must be known before the run starts.';
  document.error({ code: 'expression_not_allowed', path, message });
}

function reportUnreadable(document: SourceDocument, path: Path, named: string): undefined {
  document.error({
    code: 'file_not_found',
    path,
    message: `There is no workflow file \`${named}\`.`,
    hint: 'Relative paths start at the folder of this file.',
  });
}

function reportInvalid(
  document: SourceDocument,
  path: Path,
  { named, file }: { readonly named: string; readonly file: LoadedFile },
): undefined {
  const errors = file.report.diagnostics().filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  const shown = first ? ` Line ${first.line}: ${first.message}` : '';
  const message = `\`${named}\` has ${count}.${shown}`;
  const hint = `\`sluice validate ${file.report.file.path}\` shows them with their places.`;
  document.error({ code: 'child_invalid', path, message, hint });
}

function reportBadName(document: SourceDocument, path: Path, named: string): undefined {
  document.error({
    code: 'bad_name',
    path,
    message: `\`${named}\` is no name of a workflow.`,
    hint: 'Write `NAME`, `NAMESPACE/NAME`, or a file as `./FILE.yaml`.',
  });
}
