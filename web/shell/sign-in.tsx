/** Asks for a token where the server wants one. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { signIn } from '../api/http.ts';
import { Button, Command, Trouble } from '../ui/parts.tsx';

export function SignIn() {
  const client = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: signIn,
    onSuccess: () => client.resetQueries(),
  });
  return (
    <form
      className="mx-auto mt-16 flex w-[min(28rem,92vw)] flex-col gap-3 rounded-lg border border-line bg-card p-5"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(String(new FormData(event.currentTarget).get('token') ?? '').trim());
      }}
    >
      <h1 className="text-lg font-semibold">Sign in</h1>
      <label className="flex flex-col gap-1 text-sm">
        Token
        <input
          name="token"
          type="password"
          required
          // biome-ignore lint/a11y/noAutofocus: it is all that this page is for.
          autoFocus
          autoComplete="off"
          placeholder="slc_…"
          className="rounded border border-line bg-page px-2 py-1 font-mono"
        />
      </label>
      {error ? <Trouble error={error} /> : null}
      <Button kind="main" type="submit" disabled={isPending} className="justify-center">
        Sign in
      </Button>
      <div className="text-xs text-soft">
        On this machine it is in the folder of <code>sluice up</code>:{' '}
        <Command text="cat .sluice/api-token" />
      </div>
      <div className="text-xs text-soft">
        Elsewhere an operator makes one: <Command text="sluice tokens create NAME --role operator" />
      </div>
    </form>
  );
}
