/** The folders of a place that are named after runs. */
import type { Dir } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { isRunId } from '../../core/run-id.ts';

const PAGE = 1_000;

/** A page at a time. A place that nobody has used yet has none. */
export async function* runFolders(place: string): AsyncGenerator<readonly string[]> {
  const folder = await opendir(place).catch(absent);
  if (folder === undefined) return;
  let page: string[] = [];
  for await (const entry of folder) {
    if (entry.isDirectory() && isRunId(entry.name)) page.push(entry.name);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

function absent(thrown: unknown): Dir | undefined {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
  throw thrown;
}
