/** The settings of a command: the environment before the configuration file before the defaults. Flags come on top of them. */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Environment, processEnvironment, readSettings, type Settings, wantsColor } from '../config.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { explainSystemError } from '../system-error.ts';
import { findConfigFile, takeConfigFlag, variablesOf, withFile } from './settings.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** The environment without the file. */
  readonly given: Environment;
  readonly file?: { readonly path: string; readonly variables: ReadonlyMap<string, string> };
  /** The command line without `--config`. */
  readonly argv: readonly string[];
}

/** @throws CliFailure when the file cannot be read or has mistakes, which it says */
export async function loadSettings(argv: readonly string[], cwd: string): Promise<LoadedSettings> {
  const given = processEnvironment();
  const taken = takeConfigFlag(argv);
  const path = taken.path === undefined ? findConfigFile(cwd) : resolve(cwd, taken.path);
  if (path === undefined) return { settings: readSettings(given), given, argv };
  const variables = await read(path, relative(cwd, path), given);
  const settings = readSettings(withFile(given, variables));
  return { settings, given, file: { path, variables }, argv: taken.argv };
}

/** What reads YAML is loaded only where there is some. */
async function read(path: string, shown: string, given: Environment): Promise<ReadonlyMap<string, string>> {
  const [{ readConfigFile }, { renderDiagnostics }] = await Promise.all([
    import('./read.ts'),
    import('../../dsl/index.ts'),
  ]);
  const file = { path: shown, text: textOf(path, shown) };
  const { config, diagnostics } = readConfigFile(file);
  if (config) return variablesOf(config, path);
  const color = wantsColor(given, process.stderr.isTTY === true);
  const mistakes = renderDiagnostics(diagnostics, file, { color });
  throw new CliFailure(EXIT.usage, `${shown} cannot be used.\n${mistakes.trimEnd()}`);
}

function textOf(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const reason = explainSystemError(thrown) ?? 'it is not there';
    throw usageFailure(`The configuration ${shown} cannot be read: ${reason}.`);
  }
}
