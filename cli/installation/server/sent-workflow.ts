/**
 * A workflow on its way to a server: its text and those that it names, from which the server compiles the same plans again, and its folder,
 * packed. What was compiled here is not sent: a server trusts no plan that it has not made.
 */
import { uploadFolder as upload } from '../../../server/operations/folders.ts';
import type { WorkflowSource } from '../workflow-source.ts';
import type { ServerApi } from './api.ts';

export async function sentWorkflow({ text, pack }: WorkflowSource) {
  const { file, source, files } = text;
  return { source, file, files: { ...files }, folder: (await pack()).hash };
}

/** Before it is named: a folder that is there already is taken again. */
export async function uploadFolder(
  api: ServerApi,
  namespace: string,
  { pack }: WorkflowSource,
): Promise<void> {
  const { hash, bytes } = await pack();
  const archive = Buffer.from(bytes).toString('base64');
  await api.read(upload, { params: { namespace, folder: hash }, body: { archive } });
}
