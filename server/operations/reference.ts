/** What the API says of itself. */
import { z } from 'zod';
import { operation } from '../operation.ts';

const tag = 'Server';

export const openApi = operation({
  id: 'openApi',
  method: 'get',
  path: '/openapi.json',
  role: 'public',
  tag,
  summary: 'This API as an OpenAPI 3.1 document',
  reply: z.looseObject({ openapi: z.string() }),
});

export const referencePage = operation({
  id: 'docs',
  method: 'get',
  path: '/docs',
  role: 'public',
  tag,
  summary: 'This API as a page for people',
  raw: { mediaType: 'text/html', description: 'The page.' },
});

export const referenceStyle = operation({
  id: 'docsStyle',
  method: 'get',
  path: '/docs/style.css',
  role: 'public',
  tag,
  summary: 'How that page looks',
  raw: { mediaType: 'text/css', description: 'Its style sheet.' },
});
