/** Paths of operations (`/runs/{run}`; `{rest*}` at the end also takes slashes) as the router writes them, and with their parameters filled in. */
import type { AnyOperation } from './operation.ts';

export function pathPattern({ path }: Pick<AnyOperation, 'path'>): string {
  return path.replace(/\{(\w+)\*\}/g, ':$1{.+}').replace(/\{(\w+)\}/g, ':$1');
}

export function fillPath(path: string, params: { readonly [name: string]: unknown }): string {
  return path.replace(/\{(\w+)\*?\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}
