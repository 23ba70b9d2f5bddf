/** Where a client of a stream was. */
import { RequestFailure } from '../problem.ts';

/** @throws RequestFailure invalid_request */
export function lastIdOf(id: string | undefined, pattern: RegExp): string | undefined {
  if (id === undefined || pattern.test(id)) return id;
  const detail = 'must be the id of an event of this stream';
  throw new RequestFailure('invalid_request', `Last-Event-ID ${detail}.`, {
    errors: [{ pointer: '/header/last-event-id', detail }],
  });
}
