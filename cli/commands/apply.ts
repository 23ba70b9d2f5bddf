/** `sluice apply DIR|FILE…`: makes workflow files the current versions of their workflows, and sets their schedules. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Plan } from '../../engine/core/plan.ts';
import type { Applied } from '../../engine/runtime/definition/definitions.ts';
import { triggerProblems } from '../../engine/runtime/definition/schedule-setter.ts';
import { type InstallationFlags, newCommand, withArtifacts, withInstallationFlags } from '../command.ts';
import { confirm } from '../confirm.ts';
import { type CliFailure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import type { WorkflowSource } from '../installation/workflow-source.ts';
import type { WorkflowLine, Workflows } from '../installation/workflows.ts';
import { warnOfDifferingLimits } from '../view/differing-limits.ts';
import { plainText } from '../view/plain-text.ts';
import {
  type CompiledFile,
  checkTogether,
  compileFile,
  folderPack,
  reportDiagnostics,
  sourceOf,
} from '../workflow-file.ts';
import { findWorkflowFiles } from '../workflow-folder.ts';

interface ApplyFlags extends InstallationFlags {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function applyCommand(host: Host): Command {
  const command = newCommand('apply', 'Stores workflows with their schedules.', [
    'apply flows/ --redis redis://localhost:6379',
    'apply nightly.yaml report.yaml --dry-run',
    'apply flows/ --prune --yes',
  ]).argument('<path...>', 'workflow files, or folders of them');
  return withArtifacts(withInstallationFlags(command))
    .option('--prune', 'remove workflows that none of the files has')
    .option('--dry-run', 'only show what would change')
    .option('-y, --yes', 'remove without asking')
    .option('--json', 'print one JSON document')
    .action((paths: string[], flags: ApplyFlags) => apply(host, paths, flags));
}

async function apply(host: Host, paths: readonly string[], flags: ApplyFlags): Promise<void> {
  const files = compileAll(host, findWorkflowFiles(host, paths));
  const candidates = withFolders(files);
  // What cannot be packed is said before anything is stored.
  for (const { pack } of candidates) await pack();
  await withInstallation(host, { ...flags, use: 'write' }, async ({ workflows }) => {
    const gone = flags.prune ? await findGone(workflows, candidates) : [];
    await checkFollowing(host, workflows, { files, gone });
    warnOfDifferingLimits(host, await plansTogether(workflows, candidates, gone));
    if (flags.dryRun) return preview(host, workflows, { candidates, gone, flags });
    if (gone.length > 0) {
      const names = gone.map(({ name }) => plainText(name)).join(', ');
      await confirm(
        host,
        `This removes ${gone.length === 1 ? 'the workflow' : 'the workflows'} ${names}.`,
        flags.yes,
      );
    }
    await workflows.change(async (changes) => {
      const results: Result[] = [];
      for (const candidate of candidates) results.push(await changes.apply(candidate));
      for (const { namespace, name, version } of gone) {
        await changes.remove(namespace, name);
        results.push({ namespace, name, version, change: 'removed' });
      }
      tell(host, results, flags);
    });
  });
}

/** Nothing is stored unless all is right. */
function compileAll(host: Host, paths: readonly string[]): readonly CompiledFile[] {
  const files = paths.map((path) => compileFile(host, path));
  const wrong = files.filter((file) => !reportDiagnostics(host, file)).length;
  const problems = [...duplicates(files), ...files.flatMap(problemsOf)];
  for (const problem of problems) host.say(`${host.colors.red('error')}: ${problem}`);
  if (wrong + problems.length === 0) return files;
  throw nothingStored(files);
}

/** Circles and windows that come about with what is applied already. */
async function checkFollowing(
  host: Host,
  workflows: Workflows,
  { files, gone }: { readonly files: readonly CompiledFile[]; readonly gone: readonly WorkflowLine[] },
): Promise<void> {
  const removed = new Set(gone.map(({ namespace, name }) => `${namespace}/${name}`));
  const known: Plan[] = [];
  for (const { namespace, name, schedules } of await workflows.list()) {
    if (schedules.length === 0 || removed.has(`${namespace}/${name}`)) continue;
    const found = await workflows.plan(namespace, name);
    if (found) known.push(found);
  }
  const wrong = checkTogether(
    files.map((file) => ({ ...file, diagnostics: [] })),
    known,
  ).filter((file) => !reportDiagnostics(host, file));
  if (wrong.length > 0) throw nothingStored(files);
}

function nothingStored(files: readonly CompiledFile[]): CliFailure {
  const [only] = files;
  const where = only && files.length === 1 ? only.file.path : 'these files';
  return usageFailure(`There are mistakes in ${where}; nothing was stored.`);
}

function problemsOf({ file, plans }: CompiledFile): string[] {
  return plans.flatMap((plan) =>
    triggerProblems(plan).map((problem) => `${file.path}: ${plan.name}: ${problem}`),
  );
}

function duplicates(files: readonly CompiledFile[]): string[] {
  const places = new Map<string, string>();
  return files.flatMap(({ file, plans }) =>
    plans.flatMap(({ namespace, name }) => {
      const key = `${namespace}/${name}`;
      const other = places.get(key);
      places.set(key, file.path);
      return other === undefined
        ? []
        : [`the workflow ${name} stands in ${other} and in ${file.path}; rename one`];
    }),
  );
}

/** A change of one workflow file is no change of the others beside it, so these files are not among a workflow's files. */
function withFolders(files: readonly CompiledFile[]): readonly WorkflowSource[] {
  const byFolder = new Map<string, CompiledFile[]>();
  for (const file of files) byFolder.set(file.folder, [...(byFolder.get(file.folder) ?? []), file]);
  return [...byFolder].flatMap(([folder, inIt]) => {
    const pack = folderPack(folder, new Set(inIt.map(({ file }) => basename(file.path))));
    return inIt.flatMap((file) => file.plans.map((plan) => sourceOf(file, plan, pack)));
  });
}

/** Workflows of the same namespaces that no file has. */
async function findGone(
  workflows: Workflows,
  candidates: readonly WorkflowSource[],
): Promise<readonly WorkflowLine[]> {
  const namespaces = new Set(candidates.map(({ plan }) => plan.namespace));
  const here = new Set(candidates.map(({ plan }) => `${plan.namespace}/${plan.name}`));
  const lines = await workflows.list();
  return lines.filter(
    ({ namespace, name }) => namespaces.has(namespace) && !here.has(`${namespace}/${name}`),
  );
}

/** Workflows that are looked at for what they declare. */
const MAX_LOOKED_AT = 500;

/** These workflows, and all that stay applied beside them. */
async function plansTogether(
  workflows: Workflows,
  candidates: readonly WorkflowSource[],
  gone: readonly WorkflowLine[],
): Promise<Plan[]> {
  const here = candidates.map(({ plan }) => plan);
  const replaced = new Set([...here, ...gone].map(({ namespace, name }) => `${namespace}/${name}`));
  const others = (await workflows.list()).filter(
    ({ namespace, name }) => !replaced.has(`${namespace}/${name}`),
  );
  const plans = await Promise.all(
    others.slice(0, MAX_LOOKED_AT).map(({ namespace, name }) => workflows.plan(namespace, name)),
  );
  return [...here, ...plans.filter((plan) => plan !== undefined)];
}

type Result = Omit<Applied, 'change'> & { readonly change: Applied['change'] | 'removed' };

interface Preview {
  readonly candidates: readonly WorkflowSource[];
  readonly gone: readonly WorkflowLine[];
  readonly flags: ApplyFlags;
}

async function preview(
  host: Host,
  workflows: Workflows,
  { candidates, gone, flags }: Preview,
): Promise<void> {
  const results: Result[] = [];
  for (const candidate of candidates) results.push(await workflows.preview(candidate));
  for (const { namespace, name, version } of gone)
    results.push({ namespace, name, version, change: 'removed' });
  tell(host, results, flags);
  if (!flags.json) host.say('Nothing was changed (--dry-run).');
}

function tell(host: Host, results: readonly Result[], { json, dryRun }: ApplyFlags): void {
  if (json) {
    const workflows = results.map(({ namespace, name, change, version }) => ({
      namespace,
      name,
      change,
      version,
    }));
    return host.print(JSON.stringify({ format: 1, dry_run: dryRun === true, workflows }, null, 2));
  }
  const { green, yellow, red, dim } = host.outColors;
  const marks = { created: green('+'), updated: yellow('~'), unchanged: dim('='), removed: red('-') };
  for (const { namespace, name, change, version } of results) {
    const place = namespace === 'default' ? '' : dim(` (${namespace})`);
    host.print(`${marks[change]} ${plainText(name)}${place} ${change}, version ${version}`);
  }
}
