/** When a schedule would run, before it is written into any workflow. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, get } from '../api/http.ts';
import { Field, INPUT } from '../ui/page.tsx';
import { Button, Command, Dialog, Trouble } from '../ui/parts.tsx';
import { preferences, zoneOf } from '../ui/preferences.ts';
import { TimesList } from './times-list.tsx';

export function TryDialog({
  namespace,
  onClose,
}: {
  readonly namespace: string;
  readonly onClose: () => void;
}) {
  const [written, setWritten] = useState('0 6 * * *');
  const [timezone, setTimezone] = useState(
    () => zoneOf(preferences()) ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  const isEvery = /^\s*\d/.test(written) && !/\s/.test(written.trim());
  const asked = isEvery ? { every: written.trim() } : { cron: written, timezone };
  const preview = useQuery({
    queryKey: ['schedule-preview', namespace, asked],
    queryFn: ({ signal }) =>
      get<{ readonly next: readonly string[] }>(
        apiPath(namespace, 'schedule-preview'),
        { ...asked, count: 10 },
        signal,
      ),
    placeholderData: keepPreviousData,
    enabled: written.trim() !== '',
  });
  return (
    <Dialog title="Try an expression" onClose={onClose}>
      <div className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Cron expression, or an interval" help="minute hour day month weekday, @daily, or 6h">
            <input
              autoFocus
              value={written}
              onChange={({ target }) => setWritten(target.value)}
              className={`${INPUT} font-mono`}
            />
          </Field>
          <Field label="Time zone">
            <select
              value={timezone}
              disabled={isEvery}
              onChange={({ target }) => setTimezone(target.value)}
              className={INPUT}
            >
              {[...new Set(['UTC', timezone, ...Intl.supportedValuesOf('timeZone')])].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </Field>
        </div>
        {preview.error ? <Trouble error={preview.error} /> : null}
        {preview.data && !preview.error ? (
          <div className="flex flex-col gap-2">
            <p className="text-sm font-medium">It would start next at</p>
            <TimesList times={preview.data.next} />
            <p className="text-xs text-soft">In a workflow:</p>
            <Command
              text={`triggers:\n  - ${isEvery ? `every: ${written.trim()}` : `cron: "${written.trim()}"\n    timezone: ${timezone}`}`}
            />
          </div>
        ) : null}
        <div className="flex justify-end">
          <Button kind="main" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
