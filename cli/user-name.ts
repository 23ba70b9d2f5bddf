import { userInfo } from 'node:os';

/** Who gives the command, as far as the system knows a name. */
export function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}
