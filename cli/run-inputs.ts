/** Inputs of a run from the command line: `--input name=value`, which goes before `--inputs-file`. */
import { extname } from 'node:path';
import { readYamlData } from '../dsl/index.ts';
import { messageOf } from '../engine/core/errors.ts';
import { parseInputText, resolveInputs } from '../engine/core/inputs.ts';
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import { readTextFile } from './text-file.ts';

export interface InputFlags {
  readonly input?: readonly string[];
  readonly inputsFile?: string;
}

/** All inputs, checked; `before` are values to be replaced. @throws CliFailure that names everything that does not fit. */
export function readInputs(host: Host, plan: Plan, flags: InputFlags, before: JsonObject = {}): JsonObject {
  const problems: string[] = [];
  const seen = new Set<string>();
  const given = new Map<string, Json>(
    Object.entries({ ...before, ...readInputsFile(host, flags.inputsFile) }),
  );
  for (const text of flags.input ?? []) {
    const [name, value] = splitInput(text);
    if (seen.has(name)) problems.push(`${name} is given more than once; give it once`);
    seen.add(name);
    const spec = Object.hasOwn(plan.inputs, name) ? plan.inputs[name] : undefined;
    const parsed = spec === undefined ? { value } : parseInputText(spec, value);
    if ('problem' in parsed) problems.push(`${name} ${parsed.problem}`);
    else given.set(name, parsed.value);
  }
  const resolved = resolveInputs(plan.inputs, Object.fromEntries(given));
  if ('problems' in resolved) {
    problems.push(...resolved.problems.map(({ path, message }) => `${path} ${message}`));
  }
  if (problems.length === 0 && 'inputs' in resolved) return resolved.inputs;
  throw usageFailure(
    `The inputs do not fit the workflow ${plan.name}:\n${problems.map((problem) => `  input ${problem}`).join('\n')}`,
  );
}

function splitInput(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usageFailure(`--input ${JSON.stringify(text)} is no input; write --input name=value.`);
}

function readInputsFile(host: Host, path: string | undefined): JsonObject {
  if (path === undefined) return {};
  const text = readTextFile(host, {
    path,
    subject: `The inputs file ${path}`,
    advice: 'It is named by --inputs-file, and holds a map of input names to values.',
  });
  const data = extname(path) === '.json' ? parseJson(path, text) : parseYaml(path, text);
  if (isJsonObject(data)) return data;
  throw usageFailure(`The inputs file ${path} must hold a map of input names to values.`);
}

function parseJson(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    throw usageFailure(`The inputs file ${path} is not valid JSON: ${messageOf(thrown)}`);
  }
}

function parseYaml(path: string, text: string): Json | undefined {
  const { data, diagnostics } = readYamlData({ path, text });
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first === undefined) return data;
  throw usageFailure(`The inputs file is not usable: ${path}:${first.line}:${first.column} ${first.message}`);
}
