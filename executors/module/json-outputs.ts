/** What a module's function returned → outputs. Stricter than JSON.stringify, which drops or changes what it cannot write. */
import type { Json, JsonObject } from '../../engine/core/json.ts';

const MAX_DEPTH = 200;

/** A value that JSON cannot hold. The message is a sentence that names the path. */
export class NotJsonError extends Error {}

/** @throws NotJsonError */
export function toOutputs(returned: unknown): JsonObject {
  if (returned === undefined || returned === null) return {};
  const value = toJson(returned, { path: 'the returned value', depth: 0 });
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new NotJsonError(
    `The function returned ${nameOf(returned)}; it must return an object, whose fields are the outputs, or nothing.`,
  );
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

function toJson(value: unknown, place: Place): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw notJson(value, place);
  if (place.depth > MAX_DEPTH)
    throw new NotJsonError(`${place.path} refers to itself or is nested deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) return value.map((item, index) => toJson(item, inside(place, `[${index}]`)));
  return objectToJson(value, place);
}

function objectToJson(value: object, place: Place): Json {
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return toJson(value.toJSON(), inside(place, ''));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw notJson(value, place);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, toJson(member, inside(place, `.${key}`))]));
}

function inside(place: Place, step: string): Place {
  const path =
    place.depth === 0 && step !== ''
      ? `\`${step.replace(/^\./, '')}\` of the returned value`
      : grow(place.path, step);
  return { path, depth: place.depth + 1 };
}

function grow(path: string, step: string): string {
  return path.length > 200 ? path : path.replace(/`( of the returned value)$/, `${step}\`$1`);
}

function notJson(value: unknown, place: Place): NotJsonError {
  return new NotJsonError(`${place.path} is ${nameOf(value)}, which JSON cannot hold.`);
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? `the number ${value}` : String(value);
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null)
    return `an object of class ${value.constructor?.name ?? 'unknown'}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
