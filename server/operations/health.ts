/** What load balancers and people ask first. */
import { z } from 'zod';
import { operation } from '../operation.ts';

const tag = 'Server';

export const livez = operation({
  id: 'livez',
  method: 'get',
  path: '/livez',
  role: 'public',
  tag,
  summary: 'Whether the server process answers',
  reply: z.object({ status: z.literal('ok') }),
});

export const readyz = operation({
  id: 'readyz',
  method: 'get',
  path: '/readyz',
  role: 'public',
  tag,
  summary: 'Whether requests can be served now',
  description: '503 when Redis does not answer, or while the server stops. All parts are always named.',
  query: z.strictObject({
    verbose: z.string().optional().describe('Taken since probes send it; changes nothing here.'),
  }),
  reply: z.object({ status: z.enum(['ok', 'not_ready']), parts: z.record(z.string(), z.string()) }),
});

export const metrics = operation({
  id: 'metrics',
  method: 'get',
  path: '/metrics',
  role: 'viewer',
  tag,
  summary: 'What Prometheus scrapes',
  description: 'The text format of Prometheus. The scraper names a token that is a viewer of all namespaces.',
  raw: { mediaType: 'text/plain', description: 'Metrics in the text format.' },
});

export const version = operation({
  id: 'version',
  method: 'get',
  path: '/version',
  role: 'public',
  tag,
  summary: 'Which version the server is',
  reply: z.object({ name: z.literal('sluice'), version: z.string() }),
});
