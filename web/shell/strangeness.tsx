/** In a namespace in which the token may see nothing: where it may. */
import { Link } from '@tanstack/react-router';
import type { Access } from '../api/access.ts';
import { Empty } from '../ui/parts.tsx';

export function Strangeness({ namespace, access }: { readonly namespace: string; readonly access: Access }) {
  return (
    <Empty>
      <p>
        {access.name} has no role in the namespace {namespace}
        {access.namespaces.length === 0 ? ', nor in any other. An admin can grant one.' : '. It has in:'}
      </p>
      <ul>
        {access.namespaces.map(({ name, role }) => (
          <li key={name}>
            <Link to="/ns/$namespace" params={{ namespace: name }}>
              {name}
            </Link>{' '}
            ({role})
          </li>
        ))}
      </ul>
    </Empty>
  );
}
