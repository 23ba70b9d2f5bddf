/** What the first stage of deploy/Dockerfile leaves in /out, made without a registry: the built package and what it needs at run time. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './deployments.ts';

export function writeImageContent(out: string): void {
  const app = join(out, 'opt', 'sluice');
  const programs = join(out, 'usr', 'local', 'bin');
  mkdirSync(app, { recursive: true });
  mkdirSync(programs, { recursive: true });
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  });
  const [packed] = z
    .array(z.object({ files: z.array(z.object({ path: z.string() })) }))
    .parse(JSON.parse(list));
  for (const { path } of packed?.files ?? []) copy(join(ROOT, path), join(app, path));
  for (const path of productionPackages()) copy(join(ROOT, path), join(app, path));
  copy(join(ROOT, 'deploy', 'health.mjs'), join(app, 'health.mjs'));
  symlinkSync('/opt/sluice/cli/sluice.mjs', join(programs, 'sluice'));
  chmodSync(join(app, 'cli', 'sluice.mjs'), 0o755);
  copy('/usr/bin/tini-static', join(programs, 'tini-static'));
}

/** Folders of `node_modules` that `npm prune --omit=dev` would leave. */
function productionPackages(): string[] {
  const locked = z
    .object({
      packages: z.record(
        z.string(),
        z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() }),
      ),
    })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  return Object.entries(locked.packages)
    .filter(
      ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional && existsSync(join(ROOT, path)),
    )
    .map(([path]) => path);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  cpSync(from, to, { recursive: true, dereference: true });
}
