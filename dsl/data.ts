/**
 * YAML nodes → plain JSON data, aliases expanded. Maps become objects without prototype, so that no key can mean
 * anything. Finds what YAML allows and the language does not: tags, duplicate keys, numbers that are not kept.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../engine/core/json.ts';
import type { Span } from './diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-code.ts';
import { MAX_DEPTH, MAX_NODES } from './limits.ts';
import type { YamlDocument } from './parse.ts';
import { spanOf } from './position.ts';
import type { Report } from './report.ts';
import { quoted } from './yaml-trap.ts';

/** Counts values over all documents of a file. */
export interface NodeBudget {
  left: number;
}

/** Thrown to leave a document that is too large or too deep; its diagnostic is in the report. */
class Overflow extends Error {}

/** The document's data, or undefined when it exceeds a limit. */
export function toData(report: Report, document: YamlDocument, budget: NodeBudget): Json | undefined {
  try {
    return new Converter(report, document, budget).convert(document.contents, 0, false);
  } catch (thrown) {
    if (thrown instanceof Overflow) return undefined;
    throw thrown;
  }
}

/** Keys whose value is a number and nothing else, so that 2.40 is no text that lost its end. */
const NUMBER_KEYS: ReadonlySet<string> = new Set(['cost', 'factor', 'jitter', 'minimum', 'maximum']);

class Converter {
  readonly #report: Report;
  readonly #document: YamlDocument;
  readonly #budget: NodeBudget;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<unknown>();
  /** The key whose value is converted, or the last before it. */
  #keyName = '';

  constructor(report: Report, document: YamlDocument, budget: NodeBudget) {
    this.#report = report;
    this.#document = document;
    this.#budget = budget;
  }

  convert(node: unknown, depth: number, isTasks: boolean): Json {
    this.#charge(node, depth);
    if (isAlias(node)) return this.#alias(node, depth, isTasks);
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) return null;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#refuseTag(node);
    this.#open.add(node);
    const data = isMap(node) ? this.#map(node, depth, isTasks) : this.#list(node, depth);
    this.#open.delete(node);
    return data;
  }

  #charge(node: unknown, depth: number): void {
    this.#budget.left--;
    if (this.#budget.left >= 0 && depth <= MAX_DEPTH) return;
    const isDeep = depth > MAX_DEPTH;
    const message = isDeep
      ? `Lists and maps are nested more than ${MAX_DEPTH} deep here.`
      : `The file holds more than ${MAX_NODES} values, aliases expanded.`;
    this.#add(isDeep ? 'too_deep' : 'too_many_nodes', node, message);
    throw new Overflow();
  }

  #alias(alias: Alias, depth: number, isTasks: boolean): Json {
    const target = this.#anchors.get(alias.source);
    if (target && !this.#open.has(target)) return this.convert(target, depth, isTasks);
    const message = target
      ? `The alias *${alias.source} stands within its own anchor, so that it would never end.`
      : `*${alias.source} is a YAML alias, but no anchor &${alias.source} comes before it.`;
    const hint = target ? undefined : `If it is meant as text, write ${quoted(`*${alias.source}`)}.`;
    this.#add('yaml_alias', alias, message, hint);
    this.#report.silence(this.#report.positionOf(spanOf(alias).offset).line);
    return null;
  }

  #list(list: YAMLSeq, depth: number): Json {
    return list.items.map((item) => this.convert(item, depth + 1, false));
  }

  #map(map: YAMLMap, depth: number, isTasks: boolean): Json {
    const data: { [key: string]: Json } = Object.create(null);
    const keys = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      const name = this.#key(key);
      const first = keys.get(name);
      if (first !== undefined) this.#duplicate(name, key, first);
      else if (name === '__proto__' && !isTasks) this.#reserved(key);
      else {
        this.#keyName = name;
        data[name] = this.convert(value, depth + 1, depth === 0 && name === 'tasks');
      }
      keys.set(name, key);
    }
    return data;
  }

  #key(key: unknown): string {
    if (!isScalar(key)) return '';
    this.#refuseTag(key);
    return String(key.value);
  }

  #duplicate(name: string, key: unknown, first: unknown): void {
    const { line } = this.#report.positionOf(spanOf(first).offset);
    this.#add(
      'duplicate_key',
      key,
      `\`${name}\` stands twice in this map; the first is on line ${line}.`,
      'Remove one, or give it another name.',
    );
  }

  #reserved(key: unknown): void {
    this.#add(
      'reserved_name',
      key,
      '`__proto__` cannot be a key here: JavaScript gives it a meaning of its own.',
      'Take another name.',
    );
  }

  #scalar(scalar: Scalar): Json {
    if (scalar.anchor !== undefined) this.#anchors.set(scalar.anchor, scalar);
    this.#refuseTag(scalar);
    const { value } = scalar;
    if (typeof value === 'number') return this.#number(scalar, value);
    if (typeof value === 'string') return this.#text(scalar, value);
    return typeof value === 'boolean' ? value : null;
  }

  #number(scalar: Scalar, value: number): Json {
    const source = scalar.source ?? String(value);
    const isWhole = /^([-+]?\d+|0[xo][0-9a-fA-F]+)$/.test(source);
    if (!Number.isFinite(value) || (isWhole && !Number.isSafeInteger(value))) {
      const message = `The number ${source} cannot be kept exactly.`;
      this.#add('imprecise_number', scalar, message, `Write ${quoted(source)} to keep it as text.`);
    } else if (
      /^[-+]?(0\d+|\d+\.\d*0|\d*\.)$/.test(source) &&
      String(value) !== source &&
      !/^[-+]?\d+\.0$/.test(source) &&
      !NUMBER_KEYS.has(this.#keyName)
    ) {
      const message = `YAML reads ${source} as the number ${value}.`;
      this.#add(
        'rewritten_number',
        scalar,
        message,
        `Write ${quoted(source)} to keep it as it stands.`,
        'warning',
      );
    }
    return value;
  }

  /** A comment right behind a plain text may have been meant as part of it: an open quote or expression tells. */
  #text(scalar: Scalar, value: string): Json {
    const end = scalar.range?.[1];
    if (scalar.type !== 'PLAIN' || end === undefined) return value;
    const comment = /^[ \t]+#[^\n]*/.exec(this.#report.file.text.slice(end, end + 300))?.[0];
    if (comment === undefined) return value;
    const isOpenExpression = value.lastIndexOf('${{') > value.lastIndexOf('}}');
    const hasOpenQuote = /^[^']*('[^']*'[^']*)*$/.test(value) === false || value.split('"').length % 2 === 0;
    if (!isOpenExpression && !hasOpenQuote) return value;
    const whole = `${value}${comment}`.trimEnd();
    const message = `The # after a space starts a comment, so that the value is only \`${shorten(value)}\`.`;
    const severity = isOpenExpression ? 'error' : 'warning';
    this.#add(
      'yaml_comment',
      scalar,
      message,
      `If the # belongs to the value, write ${quoted(whole)}.`,
      severity,
    );
    if (isOpenExpression) this.#report.silence(this.#report.positionOf(end).line);
    return value;
  }

  #refuseTag(node: Node): void {
    if (node.tag === undefined) return;
    const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
    this.#add(
      'yaml_tag',
      node,
      `The YAML tag ${tag} is not taken.`,
      'Remove it, or put the value in quotes if it is text.',
    );
  }

  #add(
    code: DiagnosticCode,
    node: unknown,
    message: string,
    hint?: string,
    severity?: 'error' | 'warning',
  ): void {
    const at = (): Span => spanOf(node ?? this.#document.contents);
    this.#report.add({ code, message, hint, at, severity: severity ?? 'error' });
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
