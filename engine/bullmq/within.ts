/** Bounds a wait: BullMQ's own waits (closing, connecting) have no limit. */

/** The promise's value, or undefined after `ms`. A later rejection is swallowed; an earlier one rejects. */
export async function settleWithin<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
