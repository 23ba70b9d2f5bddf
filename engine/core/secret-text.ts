/**
 * Secrets in a task's options and environment. A ticket never holds a secret's value: where a template names one, the ticket
 * has null in its place and, beside it, a `SecretText`: the place and the parts that the worker joins once it knows the value.
 * Places come from the plan alone, so no input and no output of a task can make a worker put a secret anywhere.
 */
import {
  EvaluationError,
  type Lookup,
  parseExpression,
  resolveTemplate,
  type Scope,
  splitText,
  templateReferences,
} from './expression/index.ts';
import { isJsonObject, type Json, type Template } from './json.ts';
import type { PlanTask } from './plan.ts';
import type { SecretPart, SecretText } from './ticket.ts';

type Piece = { readonly text: string } | { readonly expression: string } | { readonly secret: string };

/** A text of a template that names secrets. */
interface Site {
  /** JSON Pointer (RFC 6901) into the ticket. */
  readonly at: string;
  readonly pieces: readonly Piece[];
}

/** A task's templates, with null in place of every text that names a secret. */
export interface SecretSites {
  readonly with: { readonly [option: string]: Template };
  readonly env: { readonly [name: string]: Template };
  readonly sites: readonly Site[];
}

const known = new WeakMap<PlanTask, SecretSites>();

/** Found once for each task. @throws EvaluationError where a secret is used in another way than alone in its braces. */
export function secretSites(task: PlanTask): SecretSites {
  const found = known.get(task) ?? findSites(task);
  known.set(task, found);
  return found;
}

/** The parts of all texts with secrets, all else in them resolved. @throws EvaluationError */
export function resolveSites({ sites }: SecretSites, scope: Scope): SecretText[] {
  return sites.map(({ at, pieces }) => ({
    at,
    parts: joinTexts(pieces.map((piece) => resolve(piece, scope))),
  }));
}

/** The context `secrets` wherever it has no value: the engine itself knows none. */
export const NO_SECRETS: Lookup = {
  get: (name) => {
    throw misuse(`secrets.${name}`);
  },
  keys: () => [],
};

function findSites(task: PlanTask): SecretSites {
  const sites: Site[] = [];
  const env = new Map<string, readonly Piece[]>();
  const withoutEnv = Object.entries(task.env).map(([name, template]): [string, Template] => {
    const pieces = typeof template === 'string' ? piecesOf(template, env) : undefined;
    // A list or object becomes one text, which has no place of its own for a secret.
    if (pieces === undefined) return [name, template];
    sites.push({ at: pointer(['env', name]), pieces });
    return [name, null];
  });
  for (const { at, pieces } of sites) env.set(at.slice('/env/'.length), pieces);
  const options = replaceSites(task.action.with, ['with'], { env, sites });
  return {
    env: Object.fromEntries(withoutEnv),
    with: options as SecretSites['with'],
    sites,
  };
}

interface Search {
  /** Names (as in pointers) of the task's variables that hold secrets, with their pieces. */
  readonly env: ReadonlyMap<string, readonly Piece[]>;
  readonly sites: Site[];
}

function replaceSites(template: Template, path: readonly (string | number)[], search: Search): Template {
  if (typeof template === 'string') {
    const pieces = piecesOf(template, search.env);
    if (pieces === undefined) return template;
    search.sites.push({ at: pointer(path), pieces });
    return null;
  }
  if (isJsonObject(template)) {
    const members = Object.entries(template);
    return Object.fromEntries(
      members.map(([key, value]) => [key, replaceSites(value, [...path, key], search)]),
    );
  }
  if (!Array.isArray(template)) return template;
  return template.map((item: Template, i) => replaceSites(item, [...path, i], search));
}

/** Undefined for a text without secrets. */
function piecesOf(text: string, env: Search['env']): readonly Piece[] | undefined {
  const names = (path: readonly string[]) =>
    path[0] === 'secrets' || (path[0] === 'env' && env.has(escapeStep(path[1] ?? '')));
  if (!templateReferences(text).some(({ path }) => names(path))) return undefined;
  return splitText(text).flatMap((piece): readonly Piece[] => {
    if ('text' in piece) return [{ text: piece.text }];
    const { expression } = piece;
    const member = memberOf(expression);
    if (member?.root === 'secrets') return [{ secret: member.key }];
    const inherited = member?.root === 'env' ? env.get(escapeStep(member.key)) : undefined;
    if (inherited !== undefined) return inherited;
    if (parseExpression(expression).references.some(({ path }) => names(path))) throw misuse(expression);
    return [{ expression }];
  });
}

/** `root.key`, when that is all of the expression. */
function memberOf(expression: string): { readonly root: string; readonly key: string } | undefined {
  const { root } = parseExpression(expression);
  if (root.kind !== 'chain' || typeof root.root !== 'string' || root.steps.length !== 1) return undefined;
  const [step] = root.steps;
  return step?.kind === 'member' ? { root: root.root, key: String(step.key) } : undefined;
}

function resolve(piece: Piece, scope: Scope): SecretPart {
  if ('secret' in piece) return piece;
  if ('text' in piece) return piece.text;
  const value = resolveTemplate(`\${{ ${piece.expression} }}`, scope);
  if (value === null) {
    const message = `\${{ ${piece.expression} }} is null inside text. Write default(${piece.expression}, '…').`;
    throw new EvaluationError('expression_error', message);
  }
  return textOf(value);
}

function textOf(value: Exclude<Json, null>): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function joinTexts(parts: readonly SecretPart[]): SecretPart[] {
  const joined: SecretPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${escapeStep(String(step))}`).join('');
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

function misuse(expression: string): EvaluationError {
  return new EvaluationError(
    'expression_error',
    `\${{ ${expression} }} uses a secret that only workers know. Write \${{ secrets.NAME }}, with nothing else in the braces ` +
      '(text around them is fine), in `env` or `with` of a task that a worker runs.',
  );
}
