/** The API behind its security, with tokens of every kind. Handlers are not reached: the last guard says which route would have been. */
import { randomBytes } from 'node:crypto';
import type { Grants } from '../../../engine/core/access/role.ts';
import { createManualClock, createMemoryTokenStore } from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { AccessTokens } from '../../../engine/runtime/client/access-tokens.ts';
import { createApp, type ServerApp } from '../../../server/app.ts';
import type { Guard, ServerParts } from '../../../server/parts.ts';
import { createSecurity, type SecuritySettings } from '../../../server/security/index.ts';

export const REACHED = 'x-reached-route';
export const NAMESPACE = 'billing';

export interface GuardedApp {
  readonly app: ServerApp;
  /** A new token with these grants. */
  token(grants: Grants): Promise<string>;
  expired(): Promise<string>;
  revoked(): Promise<string>;
}

const answerInstead: Guard = (route) => async () =>
  new Response(null, { status: 204, headers: { [REACHED]: route.id } });

export async function guardedApp(settings: Partial<SecuritySettings> = {}): Promise<GuardedApp> {
  const clock = createManualClock(1_000_000);
  const tokens = new AccessTokens({ store: createMemoryTokenStore(), now: clock.now, random: randomBytes });
  const security = createSecurity({
    tokens,
    host: '127.0.0.1',
    requestsPerSecond: 0,
    strangersPerMinute: 0,
    ...settings,
  });
  const app = createApp(unreachable, { ...security, guards: [...security.guards, answerInstead] });
  const make = async (grants: Grants, more = {}) =>
    (await tokens.create({ name: 'test', grants, createdBy: 'test', ...more })).text;
  return {
    app,
    token: (grants) => make(grants),
    expired: () => make({ '*': 'admin' }, { expiresAt: 999_999 }),
    async revoked() {
      const { text, record } = await tokens.create({
        name: 'gone',
        grants: { '*': 'admin' },
        createdBy: 'test',
      });
      await tokens.revoke(record.id);
      return text;
    },
  };
}

/** Whoever asks the engine for anything here has got past the last guard. */
const unreachable = new Proxy({ logger: SILENT } as ServerParts, {
  get(target, name) {
    if (name === 'logger') return target.logger;
    throw new Error(`a handler was reached: it asked for ${String(name)}`);
  },
});
