/** What a list shows while it has no rows: that it comes, why it does not, or that there are none and how to get the first. */
import type { ReactNode } from 'react';
import { Empty, Trouble } from '../ui/parts.tsx';

export function ListState({
  query,
  isEmpty,
  children,
  command,
}: {
  readonly query: { readonly isPending: boolean; readonly error: unknown };
  readonly isEmpty: boolean;
  readonly children: ReactNode;
  readonly command?: string;
}) {
  if (query.error) return <Trouble error={query.error} />;
  if (query.isPending) return <p className="p-6 text-soft">Loading…</p>;
  if (!isEmpty) return null;
  return command === undefined ? <Empty>{children}</Empty> : <Empty command={command}>{children}</Empty>;
}
