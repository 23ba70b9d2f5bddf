/** Folders of workflows: the files that their tasks see. */
import { z } from 'zod';
import { namespaceParams } from '../contract/names.ts';
import { bundleHash } from '../contract/sent-file.ts';
import { operation } from '../operation.ts';

/** Base64 of the largest archive, and a little. */
const MAX_UPLOAD = 72_000_000;

export const uploadFolder = operation({
  id: 'uploadFolder',
  method: 'put',
  path: '/api/v1/namespaces/{namespace}/folders/{folder}',
  role: 'operator',
  tag: 'Workflows',
  summary: 'Upload the folder of a workflow',
  description:
    'As the command line packs it: an archive whose hash is its name, so that it can be sent again and shared. It is checked before ' +
    'it is stored; 50 MB of files at most. A workflow that is applied or started names it by `folder`.',
  params: namespaceParams.extend({ folder: bundleHash }),
  bodyBytes: MAX_UPLOAD,
  body: z.strictObject({ archive: z.base64().max(MAX_UPLOAD).describe('The compressed archive, base64.') }),
  status: 204,
});
