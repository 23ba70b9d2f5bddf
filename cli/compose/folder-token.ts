/**
 * The token of a private Redis: made with the first server of the folder, kept in `.sluice/api-token` for its owner alone. So everything
 * works on one machine with one command, and other users of the machine and web pages in its browser are strangers all the same.
 */
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_NAMESPACES } from '../../engine/core/access/role.ts';
import type { AccessTokens } from '../../engine/runtime/client/access-tokens.ts';
import { whileActing } from '../../engine/runtime/client/acting.ts';
import { userName } from '../user-name.ts';
import { userActing } from './auditing.ts';

export const TOKEN_FILE = 'api-token';

/** Where the token is; a new one is made if the one in the file is not good any more. */
export async function ensureFolderToken(tokens: AccessTokens, home: string): Promise<string> {
  const path = join(home, TOKEN_FILE);
  const known = readFolderToken(home);
  if (known !== undefined && (await tokens.verify(known)).ok) return path;
  const wanted = {
    name: 'this folder',
    grants: { [ALL_NAMESPACES]: 'admin' as const },
    createdBy: userName() ?? 'unknown',
  };
  const { text } = await whileActing(userActing(), () => tokens.create(wanted));
  // Whole or not at all, and never for a moment readable by others.
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${text}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
  return path;
}

export function readFolderToken(home: string): string | undefined {
  try {
    return readFileSync(join(home, TOKEN_FILE), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
