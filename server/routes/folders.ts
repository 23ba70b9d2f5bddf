/** Folders that come before the workflows that name them. */
import type { SourceRef } from '../../engine/core/ticket.ts';
import { currentActing } from '../../engine/runtime/client/acting.ts';
import { readArchive } from '../../engine/runtime/source/source-archive.ts';
import { bundleHolder, fetchBundle, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import { uploadFolder } from '../operations/folders.ts';
import type { ServerParts } from '../parts.ts';
import { route } from '../route.ts';

export const folderRoutes = [
  route(uploadFolder)(async ({ params: { namespace, folder: hash }, body }, { artifacts, audit }) => {
    const bundle = { hash, bytes: Buffer.from(body.archive, 'base64') };
    // Nothing is kept under a hash that is not its own, or that would not unpack where tasks need it.
    readArchive(bundle);
    const change = {
      action: 'folder.upload',
      object: `folder/${hash}`,
      namespace,
      before: null,
      after: hash,
    };
    const acting = currentActing();
    if (acting) await audit.record({ ...acting, ...change });
    await storeBundle(artifacts, bundleHolder(hash), bundle);
    return { body: undefined };
  }),
];

export function folderRef(hash: string): SourceRef {
  return { bundle: hash, run: bundleHolder(hash) };
}

/** @throws SluiceError source_invalid when it was not uploaded */
export async function requireFolder({ artifacts }: ServerParts, hash: string): Promise<SourceRef> {
  await fetchBundle(artifacts, bundleHolder(hash), hash);
  return folderRef(hash);
}
