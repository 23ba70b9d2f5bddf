// Builds dist/: compiles TypeScript, then copies what the compiler does not (Lua scripts) and writes the JSON Schema.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

const scripts = join('engine', 'redis', 'lua');
mkdirSync(join(dist, scripts), { recursive: true });
for (const file of readdirSync(join(root, scripts))) cpSync(join(root, scripts, file), join(dist, scripts, file));

const writer = join(dist, 'dsl', 'write-schema.js');
if (existsSync(writer)) {
  const { writeSchema } = await import(pathToFileURL(writer).href);
  writeSchema(join(dist, 'workflow.schema.json'));
}
