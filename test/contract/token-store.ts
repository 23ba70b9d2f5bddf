/** The contract of what is known of API tokens: engine/ports/token-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { TokenRecord, TokenStore } from '../../engine/ports/token-store.ts';

export interface TokenStoreSubject {
  readonly tokens: TokenStore;
  close(): Promise<void>;
}

const aToken = (change: Partial<TokenRecord> = {}): TokenRecord => ({
  id: '00000000000000aa',
  name: 'ci',
  hash: 'ab'.repeat(32),
  grants: { billing: 'operator', '*': 'viewer' },
  createdAt: 1_000,
  createdBy: 'maria',
  ...change,
});

export function tokenStoreContract(name: string, make: () => Promise<TokenStoreSubject>): void {
  describe(`token store contract: ${name}`, () => {
    const subjects: TokenStoreSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.tokens;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('gives back what was created; an id is taken once', async () => {
      const tokens = await open();
      expect(await tokens.create(aToken())).toBe(true);
      expect(await tokens.create(aToken({ grants: { '*': 'admin' } }))).toBe(false);
      expect(await tokens.get(aToken().id)).toEqual(aToken());
      expect(await tokens.get('00000000000000bb')).toBeUndefined();
    });

    it('lists by creation', async () => {
      const tokens = await open();
      const [late, soon] = [aToken({ createdAt: 2_000 }), aToken({ id: '00000000000000bb' })];
      for (const one of [late, soon]) await tokens.create(one);
      expect(await tokens.list()).toEqual([soon, late]);
    });

    it('notes the last use of a token that is there, and nothing of one that is gone', async () => {
      const tokens = await open();
      const { id } = aToken();
      await tokens.create(aToken());
      await tokens.touch(id, 5_000);
      expect(await tokens.get(id)).toEqual({ ...aToken(), lastUsedAt: 5_000 });
      expect(await tokens.list()).toEqual([{ ...aToken(), lastUsedAt: 5_000 }]);
      expect([await tokens.remove(id), await tokens.remove(id)]).toEqual([true, false]);
      await tokens.touch(id, 6_000);
      await tokens.create(aToken());
      expect(await tokens.get(id)).toEqual(aToken());
    });
  });
}
