/** Keys that name a secret (`callback.secret`, `webhook.secret`): the name, or `${{ secrets.NAME }}` for it. */

const REFERENCE = /^\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}$/;

export function secretName(text: string): string;
export function secretName(text: string | undefined): string | undefined;
export function secretName(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (REFERENCE.exec(text)?.[1] ?? text);
}
