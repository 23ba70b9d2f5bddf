/**
 * The text of a workflow file as it was applied, kept beside the version for people: the dashboard shows it, compares it and
 * lets it be edited. A bundle of one file, found by its content as others are.
 */
import type { SourceRef } from '../../core/ticket.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { DefinitionVersion } from '../../ports/definition-store.ts';
import { readArchive, writeArchive } from './source-archive.ts';
import { bundleHolder, fetchBundle, storeBundle } from './source-bundle.ts';

const FILE = 'workflow.yaml';
/** Says that the bundle holds nothing else. */
const MARK = '.sluice-api';

export function keepText(artifacts: ArtifactStore, text: string): Promise<SourceRef> {
  const bundle = bundleOf(text);
  return storeBundle(artifacts, bundleHolder(bundle.hash), bundle);
}

/** Where it would be kept. */
export function textRefOf(text: string): SourceRef {
  const { hash } = bundleOf(text);
  return { bundle: hash, run: bundleHolder(hash) };
}

/** Null for a version that was applied without: by a program, or by an older Sluice from a folder. */
export function readText(
  artifacts: ArtifactStore,
  { text, source }: Pick<DefinitionVersion, 'text' | 'source'>,
): Promise<string | null> {
  return readBundle(artifacts, text ?? source);
}

/** The folder that goes along with the version; undefined where its text is all that it has. */
export async function folderOf(
  artifacts: ArtifactStore,
  { text, source }: Pick<DefinitionVersion, 'text' | 'source'>,
): Promise<SourceRef | undefined> {
  if (source === undefined || JSON.stringify(text) === JSON.stringify(source)) return undefined;
  if (text === undefined && (await readBundle(artifacts, source)) !== null) return undefined;
  return source;
}

async function readBundle(artifacts: ArtifactStore, ref: SourceRef | undefined): Promise<string | null> {
  if (ref === undefined || !('bundle' in ref)) return null;
  const { files } = readArchive(await fetchBundle(artifacts, ref.run, ref.bundle));
  const text = files.find(({ path }) => path === FILE);
  const isOurs = files.some(({ path }) => path === MARK);
  return text && isOurs ? Buffer.from(text.bytes).toString('utf8') : null;
}

function bundleOf(text: string) {
  const file = (path: string, content: string) => ({
    path,
    bytes: Buffer.from(content),
    isExecutable: false,
  });
  return writeArchive({ files: [file(FILE, text), file(MARK, '')], links: [] });
}
