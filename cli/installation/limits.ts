/** Limits, and who holds them. */
import type { LimitName } from '../../engine/core/limit/address.ts';
import type { LimitChanged } from '../../engine/runtime/client/limit-view.ts';
import type { LimitLine } from '../../server/contract/limits.ts';

export interface LimitSetting {
  readonly limit: number;
  /** Of a rate limit: length of its window. */
  readonly perMs?: number;
  readonly by?: string;
}

export interface Limits {
  /** Those in use, or set by an operator, by namespace and key. */
  list(namespace?: string): Promise<readonly LimitLine[]>;
  /** Both limits of the key, as far as they are in use. */
  ofKey(namespace: string, key: string): Promise<readonly LimitLine[]>;
  /** @throws SluiceError no_answer */
  set(name: LimitName, setting: LimitSetting): Promise<LimitChanged>;
  /** @throws SluiceError no_answer, limit_not_found */
  reset(name: LimitName): Promise<LimitChanged>;
}
