/** Saving a text as the new version of its workflow, if nobody has changed it since it was seen. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apiPath, Problem, request } from '../api/http.ts';
import type { HttpRequest } from '../ui/command-text.ts';
import type { Applied } from '../workflows/queries.ts';

export interface Saving {
  readonly namespace: string;
  readonly workflow: string;
  readonly source: string;
  /** As the workflow was seen; undefined: it must not be there yet. */
  readonly etag: string | undefined;
  /** The version whose folder of files goes along. */
  readonly folderOf: number | undefined;
}

export interface Saved extends Applied {
  readonly etag: string;
}

export function saveRequest({ namespace, workflow, source, etag, folderOf }: Saving) {
  return {
    method: 'PUT',
    path: apiPath(namespace, 'workflows', workflow),
    body: { source, ...(folderOf === undefined ? {} : { folder_of: folderOf }) },
    headers: Object.fromEntries([etag === undefined ? ['if-none-match', '*'] : ['if-match', etag]]),
  } as const satisfies HttpRequest;
}

export function useSave(onSaved: (saved: Saved) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (saving: Saving): Promise<Saved> => {
      const { path, method, body, headers } = saveRequest(saving);
      const response = await request(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return { ...((await response.json()) as Applied), etag: response.headers.get('etag') ?? '' };
    },
    onSuccess: (saved, { namespace, workflow }) => {
      onSaved(saved);
      void client.invalidateQueries({ queryKey: ['workflow', namespace, workflow] });
      void client.invalidateQueries({ queryKey: ['runs', namespace, 'workflows'] });
      void client.invalidateQueries({ queryKey: ['schedules', namespace] });
    },
  });
}

/** Somebody else was first. */
export function isConflict(thrown: unknown): boolean {
  return thrown instanceof Problem && thrown.status === 412;
}
