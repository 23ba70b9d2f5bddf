/**
 * How to start the command line, and other programs of the tests: the build where it is as new as the sources, else a copy of
 * the sources as JavaScript, made file by file as they change and bundled like the build. So no test runs an old build, and none
 * waits for a compiler.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILD = join(ROOT, 'dist');
/** Several working copies may share their packages. */
const TREE = createHash('sha256').update(ROOT).digest('hex').slice(0, 8);
const COPY = join(ROOT, 'node_modules', '.cache', 'sluice', `javascript-${TREE}`);
const FOLDERS = [
  'cli',
  'dsl',
  'engine',
  'executors',
  'monitoring',
  'notifications',
  'sdk',
  'server',
  'testing',
  join('test', 'support', 'cluster'),
  join('test', 'chaos', 'role'),
];
const SLUICE = join('test', 'support', 'cluster', 'sluice-process.js');

let tree: Promise<string> | undefined;

/** Path of the script that is the command line. */
export function sluiceProgram(): Promise<string> {
  return programAt(SLUICE);
}

/** Path of a script of the tests, given from the root of the project, with its ending `.js`. */
export async function programAt(script: string): Promise<string> {
  // The build runs its own.
  if (!import.meta.filename.endsWith('.ts')) return join(ROOT, script);
  tree ??= findTree();
  return join(await tree, script);
}

async function findTree(): Promise<string> {
  const sources = FOLDERS.flatMap((folder) => filesIn(join(ROOT, folder)));
  if (sources.every((file) => isFresh(file, BUILD))) return BUILD;
  const stale = sources.filter((file) => !isFresh(file, COPY));
  if (stale.length > 0) await copyAll([...stale, join(ROOT, 'package.json')]);
  if (stale.length > 0 || !isBundled(sources)) await bundleCopy();
  return COPY;
}

function isBundled(sources: readonly string[]): boolean {
  const made = statSync(join(COPY, 'program', 'main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((file) => statSync(file).mtimeMs <= made);
}

/** Another test process may do the same. Its bundle has the same names, so that what runs from it finds its parts in this one. */
async function bundleCopy(): Promise<void> {
  const script = pathToFileURL(join(ROOT, 'build', 'program.mjs')).href;
  const { bundleProgram }: { bundleProgram(tree: string, folder: string): Promise<void> } = await import(
    script
  );
  const part = join(COPY, `program.${process.pid}`);
  await bundleProgram(COPY, part);
  const target = join(COPY, 'program');
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(part)) renameSync(join(part, file), join(target, file));
  rmSync(part, { recursive: true });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile() && /\.(?:ts|lua)$/.test(one.name));
  return files.map((file) => join(file.parentPath, file.name));
}

function copyOf(file: string, tree: string): string {
  return join(tree, relative(ROOT, file)).replace(/\.ts$/, '.js');
}

function isFresh(file: string, tree: string): boolean {
  const made = statSync(copyOf(file, tree), { throwIfNoEntry: false });
  return made !== undefined && made.mtimeMs >= statSync(file).mtimeMs;
}

async function copyAll(files: readonly string[]): Promise<void> {
  const { default: ts } = await import('typescript');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext, declaration: false, sourceMap: false };
  for (const file of files) {
    const target = copyOf(file, COPY);
    mkdirSync(dirname(target), { recursive: true });
    // Another test process may do the same: whoever is last puts the same file there, whole.
    const part = `${target}.${process.pid}`;
    if (file.endsWith('.ts')) {
      const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
        compilerOptions,
        fileName: file,
      });
      writeFileSync(part, outputText);
    } else copyFileSync(file, part);
    renameSync(part, target);
  }
}
