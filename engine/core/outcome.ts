/**
 * The outcome of an attempt as a worker of any language settled it. Redis takes it as it comes, so what does not fit the worker
 * contract is found here, and is a failure of the attempt rather than of the engine.
 */
import { problemOfCost } from './cost.ts';
import { isJsonObject, type Json } from './json.ts';
import type { AttemptOutcome } from './message.ts';

/** The outcome itself where it fits the contract; else a failure that says what does not. */
export function readOutcome(outcome: AttemptOutcome): AttemptOutcome {
  const problem = problemOf(outcome);
  if (problem === undefined) return outcome;
  const message = `The worker settled with an outcome that does not fit the worker contract: ${problem}.`;
  return { status: 'failed', error: { code: 'invalid_output', message } };
}

function problemOf(outcome: unknown): string | undefined {
  if (!isJsonObject(outcome)) return 'it is no object';
  const { cost } = outcome;
  const wrongCost = cost === undefined ? undefined : problemOfCost(cost);
  if (wrongCost !== undefined) return `\`cost\` ${wrongCost}`;
  switch (outcome['status']) {
    case 'succeeded':
      return problemOfSuccess(outcome);
    case 'failed':
      return problemOfError(outcome['error']);
    case 'cancelled':
      return undefined;
    default:
      return '`status` is none of succeeded, failed, cancelled';
  }
}

function problemOfSuccess({ outputs, artifacts, large, cached }: { readonly [field: string]: Json }) {
  if (!isJsonObject(outputs)) return '`outputs` is no object';
  const isRefs = isJsonObject(artifacts) && Object.values(artifacts).every(isArtifact);
  if (artifacts !== undefined && !isRefs) return '`artifacts` is no object of references';
  if (large !== undefined && !isLarge(large)) return '`large` is no reference';
  if (cached !== undefined && typeof cached !== 'string') return '`cached` is no text';
  return undefined;
}

function isArtifact(value: Json): boolean {
  return (
    isJsonObject(value) && hasTexts(value, ['artifact', 'run', 'name', 'sha256']) && isNumber(value['bytes'])
  );
}

function isLarge(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  const { names = [] } = value;
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  return areNames && hasTexts(value, ['run', 'file', 'sha256']) && isNumber(value['bytes']);
}

function problemOfError(error: unknown): string | undefined {
  if (!isJsonObject(error)) return '`error` is no object';
  if (!hasTexts(error, ['code', 'message'])) return '`error` has no `code` and `message`';
  const details = ['exit_code', 'status', 'retry_after'].filter((name) => error[name] !== undefined);
  const wrong = details.find((name) => !isNumber(error[name]));
  return wrong === undefined ? undefined : `\`error.${wrong}\` is no number`;
}

function hasTexts(value: { readonly [field: string]: Json }, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

function isNumber(value: Json | undefined): boolean {
  return typeof value === 'number';
}
