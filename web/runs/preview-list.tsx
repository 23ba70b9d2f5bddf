/** What a retry, a rerun or a mark would run again, and what would stay: asked of the server, which changes nothing. */
import { useQuery } from '@tanstack/react-query';
import { post } from '../api/http.ts';
import type { Preview } from '../api/model.ts';
import { Trouble } from '../ui/parts.tsx';
import { isOfInputs } from './declared-form.tsx';

export function PreviewList({ path, body }: { readonly path: string; readonly body: unknown }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['preview', path, body],
    queryFn: () => post<Preview>(path, body),
    gcTime: 0,
    retry: false,
  });
  if (error && isOfInputs(error))
    return <p className="pb-3 text-soft">The preview comes when the inputs fit.</p>;
  if (error) return <Trouble error={error} />;
  if (isPending) return <p className="pb-3 text-soft">Looking what it would do…</p>;
  return (
    <div className="grid gap-3 pb-3 sm:grid-cols-2">
      <Part title={`Runs again (${data.reset.length})`} rows={data.reset} />
      <Part title={`Stays (${data.kept.length})`} rows={data.kept} />
    </div>
  );
}

function Part({ title, rows }: { readonly title: string; readonly rows: Preview['reset'] }) {
  return (
    <div>
      <h3 className="text-sm font-semibold">{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll must be reached by the keyboard. */}
      <ul className="max-h-60 overflow-auto text-sm" tabIndex={0}>
        {rows.map(({ node, why }) => (
          <li key={node}>
            <b>{node}</b> <span className="text-soft">{why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
