/**
 * `templates` and `extends`: bodies of tasks are merged before anything is checked, so that all checks see whole tasks.
 * Maps merge, member by member; lists and other values of the task replace those of the template.
 */
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import { MAX_DEPTH, MAX_NODES } from './limits.ts';
import type { Path } from './position.ts';
import { HANDLER_MAPS } from './schema/workflow.ts';
import { valueAt } from './schema-issue/union.ts';
import type { Origin, PathFinding } from './source-document.ts';
import { suggest } from './suggest.ts';

export interface Expanded {
  /** The document with every task as a whole. */
  readonly data: JsonObject;
  readonly origin: Origin;
  readonly problems: readonly PathFinding[];
  /** Templates that no task extends. */
  readonly unused: readonly string[];
}

/** Templates of one task. */
const MAX_CHAIN = MAX_DEPTH;
const TASK_MAPS: readonly string[] = ['tasks', ...HANDLER_MAPS];

/** The document with `extends` resolved; without templates it is the document itself. */
export function expandTemplates(data: JsonObject): Expanded {
  const templates = data['templates'];
  const isUsed = TASK_MAPS.some((map) =>
    entriesOf(data[map]).some(([, body]) => extendsOf(body) !== undefined),
  );
  if (templates === undefined && !isUsed) return { data, origin: (path) => path, problems: [], unused: [] };
  return new Expansion(data, isJsonObject(templates) ? templates : {}).run();
}

class Expansion {
  readonly #data: JsonObject;
  readonly #templates: JsonObject;
  readonly #problems: PathFinding[] = [];
  readonly #used = new Set<string>();
  /** Map and id of a task → the templates it is made of, nearest first. */
  readonly #chains = new Map<string, readonly string[]>();

  readonly #sizes = new Map<JsonObject, number>();
  /** Values that templates have brought to tasks so far. */
  #values = 0;

  constructor(data: JsonObject, templates: JsonObject) {
    this.#data = data;
    this.#templates = templates;
  }

  run(): Expanded {
    const data: { [key: string]: Json } = Object.assign(Object.create(null), this.#data);
    for (const map of TASK_MAPS) {
      if (isJsonObject(this.#data[map])) data[map] = this.#expandMap(map, this.#data[map]);
    }
    const unused = Object.keys(this.#templates).filter((name) => !this.#used.has(name));
    return { data, origin: (path) => this.#origin(path), problems: this.#problems, unused };
  }

  #expandMap(map: string, bodies: JsonObject): JsonObject {
    const expanded: { [id: string]: Json } = Object.create(null);
    for (const [id, body] of Object.entries(bodies)) expanded[id] = this.#expandTask([map, id], body);
    return expanded;
  }

  #expandTask(path: readonly [string, string], body: Json): Json {
    if (!isJsonObject(body) || extendsOf(body) === undefined) return body;
    const chain = this.#chainOf(path, body);
    this.#chains.set(path.join('\n'), chain);
    const layers = chain.map((name) => this.#templates[name] ?? null).filter(isJsonObject);
    if (!this.#hasRoom(path, layers)) return body;
    return [body, ...layers].reduceRight((base, own) => mergeMaps(base, own));
  }

  /** A few lines of templates can stand for more values than any machine holds. */
  #hasRoom(path: Path, layers: readonly JsonObject[]): boolean {
    const before = this.#values;
    for (const layer of layers) this.#values += this.#sizeOf(layer);
    if (this.#values <= MAX_NODES) return true;
    if (before > MAX_NODES) return false;
    const message = `With their templates, the tasks hold more than ${MAX_NODES} values from here on.`;
    const hint = 'Extend smaller templates, or split the file.';
    this.#problems.push({ code: 'too_many_nodes', path: [...path, 'extends'], message, hint });
    return false;
  }

  #sizeOf(template: JsonObject): number {
    const known = this.#sizes.get(template);
    if (known !== undefined) return known;
    const size = countValues(template);
    this.#sizes.set(template, size);
    return size;
  }

  /** The templates that a body extends, nearest first. What is wrong with them is told where it stands. */
  #chainOf(from: Path, body: JsonObject): string[] {
    const chain: string[] = [];
    let at: Path = [...from, 'extends'];
    for (let name = extendsOf(body); name !== undefined; ) {
      if (chain.includes(name)) {
        this.#addCircle(at, [...chain.slice(chain.indexOf(name)), name]);
        break;
      }
      const template: Json | undefined = Object.hasOwn(this.#templates, name)
        ? this.#templates[name]
        : undefined;
      if (template === undefined) {
        this.#addUnknown(at, name);
        break;
      }
      if (chain.length >= MAX_CHAIN) {
        const message = `The task is made of more than ${MAX_CHAIN} templates that extend each other.`;
        this.#problems.push({ code: 'too_deep', path: [...from, 'extends'], message });
        break;
      }
      chain.push(name);
      this.#used.add(name);
      at = ['templates', name, 'extends'];
      name = extendsOf(template);
    }
    return chain;
  }

  #addCircle(path: Path, circle: readonly string[]): void {
    const message = `Templates extend each other in a circle: ${circle.join(' → ')}.`;
    this.#problems.push({ code: 'cycle', path, message, hint: 'Remove one `extends`.' });
  }

  #addUnknown(path: Path, name: string): void {
    const known = Object.keys(this.#templates);
    const hint = suggest(name, known) ?? 'Write it under `templates` at the top of the workflow.';
    this.#problems.push({
      code: 'unknown_template',
      path,
      message: `There is no template \`${name}\`.`,
      hint,
    });
  }

  /** A path that the task itself does not have leads to the nearest template that has it. */
  #origin(path: Path): Path {
    const [map, id, ...rest] = path;
    const chain = this.#chains.get(`${map}\n${id}`);
    if (!chain || rest.length === 0 || typeof map !== 'string' || typeof id !== 'string') return path;
    const own = this.#data[map];
    const bodies: [Path, Json | undefined][] = [
      [[map, id], isJsonObject(own) ? own[id] : undefined],
      ...chain.map((name): [Path, Json | undefined] => [['templates', name], this.#templates[name]]),
    ];
    // The longest part of the path that stands anywhere; what is missing is missing in the task.
    for (let length = rest.length; length > 0; length--) {
      const part = rest.slice(0, length);
      const found = bodies.find(([, body]) => body !== undefined && valueAt(body, part) !== undefined);
      if (found) return [...found[0], ...rest];
    }
    return path;
  }
}

function extendsOf(body: Json | undefined): string | undefined {
  const name = body !== undefined && isJsonObject(body) ? body['extends'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function entriesOf(map: Json | undefined): [string, Json][] {
  return map !== undefined && isJsonObject(map) ? Object.entries(map) : [];
}

function countValues(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member: Json) => sum + countValues(member), 1);
}

/** Members of both; where both have one, maps merge and else `own` wins. */
function mergeMaps(base: JsonObject, own: JsonObject): JsonObject {
  const merged: { [key: string]: Json } = Object.assign(Object.create(null), base);
  for (const [key, value] of Object.entries(own)) {
    const below = merged[key];
    merged[key] =
      below !== undefined && isJsonObject(below) && isJsonObject(value) ? mergeMaps(below, value) : value;
  }
  return merged;
}
