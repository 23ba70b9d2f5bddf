import type { Json } from '../core/json.ts';

/** The operator's log: structured lines about the engine itself, never a task's own output. */
export interface Logger {
  debug(message: string, fields?: { readonly [name: string]: Json }): void;
  info(message: string, fields?: { readonly [name: string]: Json }): void;
  warn(message: string, fields?: { readonly [name: string]: Json }): void;
  error(message: string, fields?: { readonly [name: string]: Json }): void;
}

export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
