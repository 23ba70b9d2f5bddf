/** A button for what only some may do: the others see it, cannot press it, and are told why. */
import { type ButtonHTMLAttributes, useId } from 'react';
import { type Role, useAccess } from '../api/access.ts';
import { Button } from './parts.tsx';

type Given = Parameters<typeof Button>[0] & ButtonHTMLAttributes<HTMLButtonElement>;

/** `everywhere`: it belongs to no namespace, and needs the role in all. `because`: another reason why it cannot be done now. */
export function ActionButton({
  needs,
  everywhere = false,
  because,
  onClick,
  className = '',
  ...rest
}: Given & { readonly needs: Role; readonly everywhere?: boolean; readonly because?: string | undefined }) {
  const id = useId();
  const why = useAccess().refusal(needs, everywhere) ?? because;
  if (why === undefined) return <Button onClick={onClick} className={className} {...rest} />;
  return (
    <>
      {/* It keeps the focus, so that whoever uses the keyboard learns why as well. */}
      <Button
        {...rest}
        type="button"
        aria-disabled="true"
        aria-describedby={id}
        title={why}
        className={`cursor-not-allowed! opacity-60 ${className}`}
      />
      <span id={id} className="sr-only">
        {why}
      </span>
    </>
  );
}
