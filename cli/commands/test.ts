/** `sluice test FILE…`: the tests of workflows, in the engine on virtual time, without Redis and without real work. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { renderDiagnostics } from '../../dsl/index.ts';
import { type FileReport, runTestFile } from '../../testing/run-test-file.ts';
import { newCommand } from '../command.ts';
import { allExecutors } from '../compose/executors.ts';
import { EXIT } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { explainSystemError } from '../system-error.ts';
import { findTestFiles } from '../test-files.ts';
import { jsonReport } from '../test-report/json.ts';
import { isRefused, junitReport } from '../test-report/junit.ts';
import { testLines, totalLine, totalsOf } from '../test-report/text.ts';
import { readTextFile } from '../text-file.ts';
import { compileFile } from '../workflow-file.ts';

interface TestFlags {
  readonly filter?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

export function testCommand(host: Host): Command {
  return newCommand('test', 'Runs the tests of workflows (*.test.yaml).', [
    'test',
    'test order.test.yaml --filter refund',
    'test flows/ --junit report.xml',
  ])
    .argument('[path...]', 'test files, workflow files, folders (default: all below)')
    .option('-f, --filter <text>', 'only tests whose name holds this text')
    .option('--junit <file>', 'also write a report as JUnit XML')
    .option('--json', 'print the report as one JSON document')
    .action((paths: string[], flags: TestFlags) => test(host, paths, flags));
}

async function test(host: Host, paths: readonly string[], flags: TestFlags): Promise<void> {
  const files = findTestFiles(host, paths);
  const before = performance.now();
  const reports: FileReport[] = [];
  for (const path of files) {
    const report = await runFile(host, path, flags.filter);
    if (flags.json !== true) show(host, report);
    reports.push(report);
  }
  if (flags.junit !== undefined) writeReport(host, flags.junit, junitReport(reports));
  if (flags.json === true) host.print(jsonReport(reports));
  else host.print(totalLine(totalsOf(reports), files.length, performance.now() - before));
  host.exitCode = exitCodeOf(reports, flags);
}

async function runFile(host: Host, path: string, filter: string | undefined): Promise<FileReport> {
  const advice = 'Tests of a workflow x.yaml stand in x.test.yaml.';
  const text = readTextFile(host, { path, subject: path, advice });
  const executors = allExecutors(host.settings);
  const load = (workflow: string) => compileFile(host, workflow);
  try {
    return await runTestFile({ path, text, executors, load, filter });
  } finally {
    await Promise.all(executors.map((one) => (one.place === 'worker' ? one.close?.() : undefined)));
  }
}

function show(host: Host, report: FileReport): void {
  const color = host.colors.isColorSupported;
  for (const { file, diagnostics } of [report, ...(report.workflow ? [report.workflow] : [])])
    if (diagnostics.length > 0) host.say(renderDiagnostics(diagnostics, file, { color }).trimEnd());
  for (const line of testLines(report, host.outColors)) host.print(line);
  if (host.settings.isGithubActions) for (const line of annotations(report)) host.command(line);
}

/** Marks on the lines of the file, for the runner of GitHub Actions. */
function annotations({ file, tests }: FileReport): string[] {
  const escaped = (text: string) =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return tests.flatMap(({ name, unmet }) =>
    unmet.map(
      ({ line, column, message }) =>
        `::error file=${escaped(file.path)},line=${line},col=${column}::${escaped(`${name}: ${message}`)}`,
    ),
  );
}

function writeReport(host: Host, path: string, text: string): void {
  try {
    writeFileSync(resolve(host.cwd, path), text);
  } catch (thrown) {
    const reason = explainSystemError(thrown);
    if (reason === undefined) throw thrown;
    throw usageFailure(`The report cannot be written to ${path}: ${reason}.`);
  }
}

function exitCodeOf(reports: readonly FileReport[], { filter }: TestFlags): number {
  if (reports.some(isRefused)) return EXIT.usage;
  const { passed, failed, skipped } = totalsOf(reports);
  if (failed > 0) return EXIT.failed;
  if (passed + skipped > 0 || filter === undefined) return EXIT.ok;
  throw usageFailure(`No test has a name that holds ${JSON.stringify(filter)}.`);
}
