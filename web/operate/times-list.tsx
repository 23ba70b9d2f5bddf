/** Times that a schedule names, in the zone that the reader chose. */
import { At } from '../ui/time.tsx';

export function TimesList({
  times,
  count = times.length,
}: {
  readonly times: readonly string[];
  readonly count?: number;
}) {
  return (
    <section
      aria-label="Times"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
      tabIndex={0}
      className="max-h-52 overflow-y-auto rounded-md bg-sunk p-2 text-sm"
    >
      <ol>
        {times.map((at) => (
          <li key={at}>
            <At at={at} />
          </li>
        ))}
      </ol>
      {count > times.length ? <p className="text-soft">and {count - times.length} more</p> : null}
    </section>
  );
}
