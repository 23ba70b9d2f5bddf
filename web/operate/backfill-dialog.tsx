/** Running times of the past: which they are is shown before anything starts. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { triggerFlags } from '../ui/command-text.ts';
import { Field, INPUT } from '../ui/page.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import type { Schedule } from './queries.ts';
import { TimesList } from './times-list.tsx';

interface Props {
  readonly namespace: string;
  readonly schedule: Schedule;
  readonly onClose: () => void;
}

interface Backfilled {
  readonly id: string | null;
  readonly count: number;
  readonly times: readonly string[];
}

const DAY_MS = 86_400_000;

export function BackfillDialog({ namespace, schedule: { workflow, trigger }, onClose }: Props) {
  const [from, setFrom] = useState(() => new Date(Date.now() - DAY_MS).toISOString().slice(0, 16));
  const [to, setTo] = useState(() => new Date().toISOString().slice(0, 16));
  const [maxParallel, setMaxParallel] = useState(1);
  const [rerun, setRerun] = useState(false);
  const client = useQueryClient();
  const path = apiPath(namespace, 'workflows', workflow, 'schedules', String(trigger), 'backfills');
  const body = {
    from: `${from}:00Z`,
    to: `${to}:00Z`,
    max_parallel: maxParallel,
    ...(rerun ? { rerun } : {}),
  };
  const preview = useMutation({ mutationFn: () => post<Backfilled>(path, { ...body, dry_run: true }) });
  const start = useMutation({
    mutationFn: () => post<Backfilled>(path, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['schedules', namespace] });
      onClose();
    },
  });
  // What was previewed is what is started: another range is looked at again first.
  const change = (set: () => void) => {
    set();
    preview.reset();
  };
  const seen = preview.data;
  return (
    <Dialog title={`Backfill ${workflow}`} onClose={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (seen === undefined) preview.mutate();
          else start.mutate();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="From (UTC)" help="The first time, included.">
            <input
              type="datetime-local"
              required
              value={from}
              onChange={({ target }) => change(() => setFrom(target.value))}
              className={INPUT}
            />
          </Field>
          <Field label="To (UTC)" help="Not included.">
            <input
              type="datetime-local"
              required
              value={to}
              onChange={({ target }) => change(() => setTo(target.value))}
              className={INPUT}
            />
          </Field>
          <Field label="Runs at once">
            <input
              type="number"
              min={1}
              max={100}
              value={maxParallel}
              onChange={({ target }) => change(() => setMaxParallel(Number(target.value)))}
              className={INPUT}
            />
          </Field>
          <label className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              checked={rerun}
              onChange={({ target }) => change(() => setRerun(target.checked))}
            />
            Run again what has run before
          </label>
        </div>
        {seen === undefined ? null : (
          <div aria-live="polite" className="flex flex-col gap-2">
            <p className="text-sm font-medium">
              {seen.count === 0
                ? 'No time of the schedule lies in there.'
                : `${seen.count} runs, one for each of:`}
            </p>
            {seen.count === 0 ? null : <TimesList times={seen.times} count={seen.count} />}
          </div>
        )}
        <AsCommand
          cli={[
            'backfill',
            workflow,
            '--from',
            body.from,
            '--to',
            body.to,
            '--max-parallel',
            String(maxParallel),
            ...triggerFlags(namespace, trigger),
            ...(rerun ? ['--rerun'] : []),
          ]}
          request={{ method: 'POST', path, body }}
        />
        {preview.error || start.error ? <Trouble error={preview.error ?? start.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button
            kind="main"
            type="submit"
            disabled={preview.isPending || start.isPending || seen?.count === 0}
          >
            {seen === undefined ? 'Show the times' : `Start ${seen.count} runs`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
