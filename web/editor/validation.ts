/** What the server says of the text, as it is typed: asked when the typing pauses, the former answer kept until the next is there. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { apiPath, get, post } from '../api/http.ts';
import type { Validation } from '../workflows/queries.ts';
import type { Schema } from './schema-walk.ts';

const PAUSE_MS = 250;

export interface Checked {
  /** Undefined before the first answer. */
  readonly validation: Validation | undefined;
  /** It is about the text as it is now. */
  readonly isFresh: boolean;
  readonly error: unknown;
}

export function useValidation(namespace: string, text: string): Checked {
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['validation', namespace, asked],
    queryFn: () => post<Validation>(apiPath(namespace, 'validate'), { source: asked }),
    enabled: asked.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  });
  return { validation: data, isFresh: asked === text && data !== undefined && !isPlaceholderData, error };
}

export const schemaQuery = queryOptions({
  queryKey: ['workflow-schema'],
  queryFn: ({ signal }) => get<Schema>('/schema/v1.json', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
