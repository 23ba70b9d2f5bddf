// Builds dist/: compiles TypeScript, copies what the compiler does not (Lua scripts), writes the JSON Schema, bundles the program
// and the dashboard. It builds beside and swaps, so that a type error leaves the former build as it was.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleProgram } from './program.mjs';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const next = join(root, `dist.${process.pid}`);
try {
  const require = createRequire(import.meta.url);
  const tsc = require.resolve('typescript/bin/tsc');
  const project = ['-p', join(root, 'tsconfig.build.json'), '--outDir', next];
  execFileSync(process.execPath, [tsc, ...project], { stdio: 'inherit' });

  const scripts = join('engine', 'redis', 'lua');
  mkdirSync(join(next, scripts), { recursive: true });
  for (const file of readdirSync(join(root, scripts)))
    cpSync(join(root, scripts, file), join(next, scripts, file));

  const { writeSchema } = await import(pathToFileURL(join(next, 'dsl', 'write-schema.js')).href);
  writeSchema(join(next, 'workflow.schema.json'));

  await bundleProgram(next);

  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  const web = ['build', join(root, 'web'), '--outDir', join(next, 'dashboard'), '--logLevel', 'warn'];
  execFileSync(process.execPath, [vite, ...web], { stdio: 'inherit' });

  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
} catch (error) {
  // The compiler has said what is wrong; a stack trace would only bury it.
  if (error.status === undefined) throw error;
  process.exitCode = 1;
} finally {
  rmSync(next, { recursive: true, force: true });
}
