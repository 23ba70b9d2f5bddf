/** How contract cases wait without knowing whose clock they are on: they ask again and again while time passes. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Timed {
  /** Moves the clock that the subject goes by, where it can be moved. */
  advance?(ms: number): Promise<void>;
}

/** Lets a little time pass. */
export async function passTime(subject: Timed, ms: number): Promise<void> {
  if (subject.advance === undefined) await pause(ms);
  else await subject.advance(ms);
}

/** Asks again and again, while time passes, until the answer is as wanted; gives that answer. */
export async function eventually<T>(
  subject: Timed,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await passTime(subject, 20);
  }
  throw new Error('the answer that was waited for never came');
}

/** Lets time pass until the promise has resolved; gives its value. */
export async function resolveInTime<T>(subject: Timed, promise: Promise<T>): Promise<T> {
  let value: { readonly of: T } | undefined;
  const done = promise.then((of) => {
    value = { of };
  });
  await eventually(
    subject,
    async () => value,
    (found) => found !== undefined,
  );
  await done;
  return promise;
}
