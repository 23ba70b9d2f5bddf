/** Copies what a simulation needs into a folder of its own, compiles it file by file, and plants a bug in the copy. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { Bug } from './bug.ts';

const FOLDERS = [
  'engine/core',
  'engine/runtime',
  'engine/memory',
  'engine/ports',
  'executors',
  'test/simulation',
];

/** Compiles the sources, as they stand, into `target`. */
export function compileSources(root: string, target: string): void {
  for (const folder of FOLDERS) {
    for (const file of sourcesIn(join(root, folder))) {
      writeCompiled(target, relative(root, file), readFileSync(file, 'utf8'));
    }
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'), 'dir');
}

/** How often the text to be replaced stands in the file: it must be once. */
export function countMatches(root: string, bug: Bug): number {
  return readFileSync(join(root, bug.file), 'utf8').split(bug.find).length - 1;
}

/** A copy of compiled sources with the bug in it. */
export function plant(root: string, compiled: string, target: string, bug: Bug): void {
  cpSync(compiled, target, { recursive: true, verbatimSymlinks: true });
  writeCompiled(
    target,
    bug.file,
    readFileSync(join(root, bug.file), 'utf8').replace(bug.find, () => bug.replace),
  );
}

/** Runs seeds in a process of its own, up to the first that fails. Answers what it printed. */
export function runSeeds(
  folder: string,
  start: number,
  seeds: number,
): Promise<{ readonly output: string; readonly failed: boolean }> {
  const main = join(folder, 'test/simulation/main.js');
  return new Promise((resolve) => {
    const args = [main, '--start', String(start), '--seeds', String(seeds), '--bail'];
    execFile(
      process.execPath,
      args,
      { timeout: 120_000, maxBuffer: 64 * 1_024 * 1_024 },
      (error, stdout, stderr) => {
        resolve({ output: stdout + stderr, failed: error !== null });
      },
    );
  });
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function writeCompiled(target: string, file: string, source: string): void {
  const path = join(target, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ts.transpileModule(source, { compilerOptions: COMPILER_OPTIONS }).outputText);
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};
