/** The page of what is not there: what was looked for, why it may be missing, and where to look on. */
import type { ReactNode } from 'react';
import { useTitle } from './title.ts';

export function Missing({
  what,
  sought,
  reasons,
  children,
}: {
  /** `run`, `workflow`: of what there is none. */
  readonly what: string;
  readonly sought: ReactNode;
  readonly reasons: readonly ReactNode[];
  /** Links onward. */
  readonly children: ReactNode;
}) {
  useTitle(`No such ${what}`);
  return (
    <section className="mx-auto flex max-w-prose flex-col gap-3 p-6" aria-labelledby="missing">
      <h1 id="missing" className="text-lg font-semibold">
        There is no such {what}
      </h1>
      <p className="break-words">Looked for: {sought}</p>
      <ul className="list-disc pl-5 text-sm text-soft">
        {reasons.map((reason, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order.
          <li key={i}>{reason}</li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-x-4 gap-y-2 text-sm">{children}</p>
    </section>
  );
}
