/**
 * Outputs too large for a run's state. All of them stand as one JSON file in the store of outputs; the state holds a reference
 * and, beside it, those that are small. Whoever needs one of the others, and does not have it in memory, throws `OutputsNeeded`:
 * its caller loads them and begins again.
 */
import { createHash } from 'node:crypto';
import { EvaluationError, type Lookup } from './expression/index.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** Where all outputs of a node or run are found. */
export interface OutputsRef {
  /** The run that they are kept with. */
  readonly run: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Names of those that do not stand beside the reference. Absent: too many to be listed. */
  readonly names?: readonly string[];
}

/** A node's or run's outputs as they are stored. */
export interface StoredOutputs {
  readonly o?: { readonly [name: string]: Json };
  /** Of large outputs: where all of them are; `o` has the small ones. */
  readonly l?: OutputsRef;
}

export interface OutputBounds {
  /** Outputs of more bytes of JSON than this leave the state. */
  readonly inlineBytes: number;
  /** Outputs of more bytes of JSON than this are an error. */
  readonly maxBytes: number;
}

/** Without a store for large outputs all stay where they are. */
export const ALL_INLINE: OutputBounds = {
  inlineBytes: Number.POSITIVE_INFINITY,
  maxBytes: 8 * 1_024 * 1_024,
};

/** What was loaded: the outputs, or why there are none. */
export type LoadedOutputs =
  | { readonly outputs: JsonObject; readonly bytes: number }
  | { readonly problem: string };

/** By `keyOf`. */
export type OutputsAtHand = ReadonlyMap<string, LoadedOutputs>;

export class OutputsNeeded extends Error {
  readonly refs: readonly OutputsRef[];
  constructor(refs: readonly OutputsRef[]) {
    super(`large outputs are not in memory: ${refs.map(({ file }) => file).join(', ')}`);
    this.name = 'OutputsNeeded';
    this.refs = refs;
  }
}

export function keyOf({ run, file }: Pick<OutputsRef, 'run' | 'file'>): string {
  return `${run}/${file}`;
}

/** Bytes of all listed names: a reference stays small. */
const MAX_NAMES_BYTES = 4_096;

export interface CutOutputs {
  /** The text of the file. */
  readonly text: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What stays in the state. */
  readonly kept: JsonObject;
  readonly names?: readonly string[];
}

/** The largest are taken out until the others fit. Undefined: all of them fit. */
export function cutOutputs(outputs: JsonObject, inlineBytes: number): CutOutputs | undefined {
  const text = JSON.stringify(outputs);
  if (text.length * 3 <= inlineBytes) return undefined;
  const bytes = Buffer.byteLength(text);
  if (bytes <= inlineBytes) return undefined;
  const sizes = Object.entries(outputs)
    // What `"name":value,` takes.
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(JSON.stringify([name, value])) - 1 }))
    .sort((a, b) => b.bytes - a.bytes);
  const out = new Set<string>();
  let left = bytes;
  for (const { name, bytes: size } of sizes) {
    if (left <= inlineBytes) break;
    out.add(name);
    left -= size;
  }
  const names = [...out];
  const isListed = Buffer.byteLength(JSON.stringify(names)) <= MAX_NAMES_BYTES;
  return {
    text,
    bytes,
    sha256: createHash('sha256').update(text).digest('hex'),
    kept: Object.fromEntries(Object.entries(outputs).filter(([name]) => !out.has(name))),
    ...(isListed ? { names } : {}),
  };
}

export function refOf(run: string, file: string, { bytes, sha256, names }: CutOutputs): OutputsRef {
  return { run, file, bytes, sha256, ...(names ? { names } : {}) };
}

/** The outputs of a file, unless it is not what the reference says. */
export function readOutputsFile({ sha256 }: OutputsRef, bytes: Uint8Array): JsonObject | undefined {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return isJsonObject(value) ? value : undefined;
}

/** All outputs. @throws OutputsNeeded, EvaluationError when they cannot be had */
export function wholeOutputs({ o = {}, l }: StoredOutputs, atHand: OutputsAtHand): JsonObject {
  return l === undefined ? o : loaded(l, atHand);
}

function loaded(ref: OutputsRef, atHand: OutputsAtHand): JsonObject {
  const found = atHand.get(keyOf(ref));
  if (found === undefined) throw new OutputsNeeded([ref]);
  if ('outputs' in found) return found.outputs;
  throw new EvaluationError('expression_error', found.problem);
}

/** The reference that must be loaded before the output of this name is known; undefined when nothing need be. */
export function neededFor(
  { o = {}, l }: StoredOutputs,
  name: string,
  atHand: OutputsAtHand,
): OutputsRef | undefined {
  if (l === undefined || Object.hasOwn(o, name) || atHand.has(keyOf(l))) return undefined;
  return l.names === undefined || l.names.includes(name) ? l : undefined;
}

/** One output, loaded only if it is a large one. @throws as `wholeOutputs` */
export function outputOf(stored: StoredOutputs, name: string, atHand: OutputsAtHand): Json | undefined {
  const { o = {}, l } = stored;
  if (Object.hasOwn(o, name)) return o[name];
  if (l === undefined || (l.names && !l.names.includes(name))) return undefined;
  const all = loaded(l, atHand);
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Names of all outputs. @throws as `wholeOutputs`, only where the reference does not list them */
export function outputNames(stored: StoredOutputs, atHand: OutputsAtHand): readonly string[] {
  const { o = {}, l } = stored;
  if (l && l.names === undefined) return Object.keys(loaded(l, atHand));
  return [...Object.keys(o), ...(l?.names ?? [])];
}

/** For expressions: reads own members only, and loads no more than it must. */
export function outputsLookup(stored: StoredOutputs, atHand: OutputsAtHand): Lookup {
  return {
    get: (name) => outputOf(stored, name, atHand),
    keys: () => outputNames(stored, atHand),
  };
}
