#!/usr/bin/env node
// The installed program. It is plain JavaScript that is committed, so that it can say what to do when the build is missing.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/program/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  const { main: run } = await import(main.href);
  await run(process.argv);
} else {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(
    `sluice: this copy is not built yet. Run \`npm ci\` or \`npm run build\` in ${folder}\n`,
  );
  process.exitCode = 1;
}
