/** The list of pages, as far as they have something to show to this caller. */
import { Link } from '@tanstack/react-router';
import { useAccess, useNamespace } from '../api/access.ts';
import { addressOf, DESTINATIONS, type Destination } from './navigation.ts';

const GROUPS = ['Work', 'Operate', 'Administer'] as const;

/** Those that the caller may see. */
export function usePlaces(): readonly Destination[] {
  const { refusal } = useAccess();
  return DESTINATIONS.filter(({ needs, everywhere }) => refusal(needs, everywhere) === undefined);
}

export function Places({ onGo }: { readonly onGo?: () => void }) {
  const places = usePlaces();
  const namespace = useNamespace();
  return (
    <>
      {GROUPS.map((group) => {
        const own = places.filter((one) => one.group === group);
        return own.length === 0 ? null : (
          <div key={group} className="pb-3">
            <p className="px-2 pb-1 text-xs font-medium text-soft">{group}</p>
            <ul>
              {own.map((one) => (
                <li key={one.to}>
                  <Link
                    to={addressOf(one, namespace)}
                    activeOptions={{ exact: one.label === 'Overview', includeSearch: false }}
                    className="block rounded-md px-2 py-1 text-text no-underline hover:bg-sunk hover:no-underline"
                    activeProps={{ 'aria-current': 'page', className: 'bg-sunk font-semibold' }}
                    {...(onGo === undefined ? {} : { onClick: onGo })}
                  >
                    {one.label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
      <a href="/docs" className="block px-2 py-1 text-soft">
        API
      </a>
    </>
  );
}
