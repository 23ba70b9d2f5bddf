/**
 * Another program's pages below a path of the server, to be looked at by those who hold a role in all namespaces. They pass the same
 * security as routes do. Pages of others cannot send the key of a signed-in dashboard, so the browser asks for the token itself.
 */
import { z } from 'zod';
import type { Role } from '../engine/core/access/role.ts';
import type { ServerApp } from './app.ts';
import { MOUNTED_POLICY } from './page-policy.ts';
import type { Guarded, ServerSettings } from './parts.ts';
import { RequestFailure } from './problem.ts';

export interface Mount {
  /** Names it in figures and logs. */
  readonly id: string;
  /** Begins with a slash and has no other. */
  readonly path: string;
  readonly role: Role;
  /** Of requests that read. Its pages load their own files only. */
  answer(request: Request): Promise<Response> | Response;
}

export function addMount(app: ServerApp, mount: Mount, { guards = [] }: ServerSettings): void {
  const { id, path, role } = mount;
  const guarded: Guarded = { id, role, path, params: z.object({}), signIn: 'basic' };
  for (const place of [path, `${path}/*`]) {
    for (const guard of guards) app.use(place, guard(guarded));
    app.all(place, async ({ req }) => {
      if (req.method !== 'GET' && req.method !== 'HEAD')
        throw new RequestFailure('method_not_allowed', `${path} is there to be looked at: GET only.`, {
          headers: { allow: 'GET, HEAD' },
        });
      const { body, status, headers } = await mount.answer(req.raw);
      const own = new Headers(headers);
      own.set('content-security-policy', MOUNTED_POLICY);
      return new Response(body, { status, headers: own });
    });
  }
}
