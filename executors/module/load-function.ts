/** Finds the function of a module. JavaScript is imported by Node itself, TypeScript through jiti. */
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';

export interface FunctionPlace {
  readonly file: string;
  readonly export: string;
  readonly cacheDirectory: string;
}

type UserFunction = (...args: readonly unknown[]) => unknown;
type Exports = { readonly [name: string]: unknown };

const NATIVE: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs']);

/** @throws Error with a sentence when there is no such function; what the module itself throws while it loads. */
export async function loadFunction(place: FunctionPlace): Promise<UserFunction> {
  const exports = await importModule(place);
  const found = place.export === 'default' ? defaultOf(exports) : ownValue(exports, place.export);
  if (isFunction(found)) return found;
  const functions = Object.keys(exports).filter((name) => isFunction(ownValue(exports, name)));
  const names = functions.length === 0 ? 'no function' : functions.map((name) => `\`${name}\``).join(', ');
  throw new Error(`${basename(place.file)} exports no function \`${place.export}\`; it exports ${names}.`);
}

async function importModule(place: FunctionPlace): Promise<Exports> {
  if (NATIVE.has(extname(place.file))) {
    try {
      return await import(pathToFileURL(place.file).href);
    } catch (error) {
      if (!needsJiti(error)) throw error;
    }
  }
  return importWithJiti(place);
}

/** JavaScript that imports TypeScript; and a syntax error, whose place only jiti tells. */
function needsJiti(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'SyntaxError' || ('code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION');
}

function importWithJiti(place: FunctionPlace): Promise<Exports> {
  const here = fileURLToPath(import.meta.url);
  const jiti = createJiti(join(dirname(place.file), 'index.js'), {
    fsCache: place.cacheDirectory,
    interopDefault: true,
    // A module may import the types and `defineTask` without installing Sluice beside it.
    alias: { 'sluice/executors': join(dirname(here), `context${extname(here)}`) },
  });
  return jiti.import<Exports>(place.file);
}

/** CommonJS that was compiled from a module has its default export one level deeper. */
function defaultOf(exports: Exports): unknown {
  const own = ownValue(exports, 'default');
  if (isFunction(own) || typeof own !== 'object' || own === null) return own;
  return ownValue(own as Exports, 'default');
}

function ownValue(exports: Exports, name: string): unknown {
  return Object.hasOwn(exports, name) ? exports[name] : undefined;
}

function isFunction(value: unknown): value is UserFunction {
  return typeof value === 'function';
}
