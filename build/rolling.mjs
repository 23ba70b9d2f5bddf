// `npm run upgrade:rolling -- --from REF [options of chaos]`: two builds on one Redis under load. Builds REF beside this one and lets
// roles of both work on the same runs, while they are killed and stopped all the time and replaced by one or the other: every step
// of an upgrade, and of a way back, with the checker of chaos as the judge. The clients are of this build.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const [flag, ref, ...others] = process.argv.slice(2);
if (flag !== '--from' || ref === undefined) {
  process.stderr.write('npm run upgrade:rolling -- --from REF [options of npm run chaos]\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'sluice-older-'));
const tree = join(folder, 'tree');
try {
  execFileSync('git', ['worktree', 'add', '--quiet', '--detach', tree, ref], { cwd: root, stdio: 'inherit' });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  process.stdout.write(`building ${ref}\n`);
  execFileSync(process.execPath, [join(tree, 'build', 'main.mjs')], { cwd: tree, stdio: 'inherit' });
  const chaos = join(root, 'dist', 'test', 'chaos', 'main.js');
  const given = ['--also', join(tree, 'dist'), '--faults', 'worker,orchestrator', ...others];
  process.exitCode = spawnSync(process.execPath, [chaos, ...given], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  execFileSync('git', ['worktree', 'prune'], { cwd: root });
}
