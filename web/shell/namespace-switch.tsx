/** Goes to the same page in another namespace. */
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useAccess, useNamespace } from '../api/access.ts';
import { prefer } from '../ui/preferences.ts';

export function NamespaceSwitch() {
  const namespace = useNamespace();
  const { access } = useAccess();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const names = new Set([...(access?.namespaces.map(({ name }) => name) ?? []), namespace]);
  const go = (name: string) => {
    prefer({ namespace: name });
    void navigate({ to: samePageIn(pathname, name) });
  };
  return (
    <label className="flex min-w-0 items-center gap-1.5 text-sm">
      <span className="text-soft max-sm:sr-only">namespace</span>
      <select
        value={namespace}
        onChange={({ target }) => go(target.value)}
        className="min-h-7 min-w-0 max-w-40 rounded-md border border-line bg-page px-1.5 text-text"
      >
        {[...names].sort().map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** The list that the page belongs to: what is shown of one run is in no other namespace. */
function samePageIn(pathname: string, namespace: string): string {
  const [, first, , area] = pathname.split('/');
  if (first !== 'ns') return pathname;
  return ['', 'ns', encodeURIComponent(namespace), ...(area ? [area] : [])].join('/');
}
