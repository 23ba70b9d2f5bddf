/** Asks before what was written is lost. */
import { useBlocker } from '@tanstack/react-router';
import { Button, Dialog } from '../ui/parts.tsx';

export function Leaving({ isChanged }: { readonly isChanged: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  if (status !== 'blocked') return null;
  return (
    <Dialog title="Leave without saving?" onClose={reset}>
      <p className="pb-3 text-sm">What you have written here is lost then.</p>
      <div className="flex justify-end gap-2">
        <Button onClick={reset}>Go on writing</Button>
        <Button kind="danger" onClick={proceed}>
          Leave
        </Button>
      </div>
    </Dialog>
  );
}
