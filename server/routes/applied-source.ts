/** The text of a workflow file that was applied by the API: kept in the bundle of the version, beside nothing else. */
import type { SourceRef } from '../../engine/core/ticket.ts';
import { readArchive, writeArchive } from '../../engine/runtime/source/source-archive.ts';
import { bundleHolder, fetchBundle, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import type { ServerParts } from '../parts.ts';

const FILE = 'workflow.yaml';
/** Says that the API has written the bundle. */
const MARK = '.sluice-api';

export function keepSource({ artifacts }: Pick<ServerParts, 'artifacts'>, text: string): Promise<SourceRef> {
  const bundle = bundleOf(text);
  return storeBundle(artifacts, bundleHolder(bundle.hash), bundle);
}

/** Where it would be kept. */
export function sourceRefOf(text: string): SourceRef {
  const { hash } = bundleOf(text);
  return { bundle: hash, run: bundleHolder(hash) };
}

function bundleOf(text: string) {
  const file = (path: string, content: string) => ({
    path,
    bytes: Buffer.from(content),
    isExecutable: false,
  });
  return writeArchive({ files: [file(FILE, text), file(MARK, '')], links: [] });
}

/** Null when it was applied another way. */
export async function readSource(
  { artifacts }: Pick<ServerParts, 'artifacts'>,
  source: SourceRef | undefined,
): Promise<string | null> {
  if (source === undefined || !('bundle' in source)) return null;
  const { files } = readArchive(await fetchBundle(artifacts, source.run, source.bundle));
  const text = files.find(({ path }) => path === FILE);
  const isOurs = files.some(({ path }) => path === MARK);
  return text && isOurs ? Buffer.from(text.bytes).toString('utf8') : null;
}
