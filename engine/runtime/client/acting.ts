/** Who acts while a request is answered: known to all that is called for it, without passing it on everywhere. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Acting } from './audited-stores.ts';

const storage = new AsyncLocalStorage<Acting>();

/** Undefined outside of any request: a role by itself. */
export function currentActing(): Acting | undefined {
  return storage.getStore();
}

export function whileActing<T>(acting: Acting, work: () => T): T {
  return storage.run(acting, work);
}
