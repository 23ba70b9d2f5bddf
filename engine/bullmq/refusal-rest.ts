/**
 * Decides when a consumer rests: BullMQ asks again at once when Redis refuses (full, read-only, busy), some 4,000 times a
 * second, so after a few refusals in a row the worker is paused for half a second.
 */
import { isRefusal } from './connection-settings.ts';

/** Refusals in a row that show a lasting state. */
const IN_A_ROW = 3;
/** A refusal this long after the last one starts a new row. */
const ROW_MS = 1000;
const REST_MS = 500;

export interface RefusalRest {
  note(error: unknown): void;
  isResting(): boolean;
  stop(): void;
}

export function createRefusalRest(begin: () => void, end: () => void): RefusalRest {
  let row = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;

  function finish(): void {
    timer = undefined;
    row = 0;
    end();
  }

  return {
    note(error) {
      if (!isRefusal(error) || timer !== undefined) return;
      const now = Date.now();
      row = now - lastAt > ROW_MS ? 1 : row + 1;
      lastAt = now;
      if (row < IN_A_ROW) return;
      timer = setTimeout(finish, REST_MS);
      begin();
    },
    isResting: () => timer !== undefined,
    stop: () => clearTimeout(timer),
  };
}
