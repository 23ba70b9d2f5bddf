/** Values as text: JSON for lists and objects, measured before it is built. */
import { isJsonObject, type Json } from '../json.ts';
import type { Evaluation } from './evaluation.ts';
import { toJson } from './members.ts';
import type { ScopeValue } from './scope.ts';
import { kindOf, toText } from './value.ts';

/** JSON text; `indent` in spaces per level, 0 for one line. */
export function jsonText(value: ScopeValue, indent: number, run: Evaluation): string {
  const json = toJson(value, run);
  new Measure(run, indent).add(json, 0);
  const text = JSON.stringify(json, undefined, indent);
  run.checkTextLength(text.length);
  return text;
}

/** How a value reads inside a text: null is empty, a list or an object is JSON on one line. */
export function textInText(value: ScopeValue, run: Evaluation): string {
  return toText(value) ?? jsonText(value, 0, run);
}

/** Sums up at least how long the JSON text will be, and stops where it is too long or too deep. */
class Measure {
  readonly #run: Evaluation;
  readonly #indent: number;
  #length = 0;

  constructor(run: Evaluation, indent: number) {
    this.#run = run;
    this.#indent = indent;
  }

  add(value: Json, depth: number): void {
    kindOf(value);
    this.#grow(typeof value === 'string' ? value.length + 2 : 1);
    if (typeof value !== 'object' || value === null) return;
    this.#run.checkDataDepth(depth);
    if (Array.isArray(value))
      for (const item of value as readonly Json[]) this.#addMember('', item, depth + 1);
    else if (isJsonObject(value)) this.#addMembers(value, depth + 1);
  }

  #addMembers(object: { readonly [key: string]: Json }, depth: number): void {
    for (const name of Object.keys(object)) this.#addMember(name, object[name] as Json, depth);
  }

  #addMember(name: string, value: Json, depth: number): void {
    this.#grow(name.length + this.#indent * depth + 1);
    this.add(value, depth);
  }

  #grow(length: number): void {
    this.#length += length;
    this.#run.chargeText(length);
    this.#run.checkTextLength(this.#length);
  }
}
