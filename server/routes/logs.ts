/** Searching the logs of a run. */
import { searchLogs as search } from '../../engine/runtime/client/log-search.ts';
import { searchLogs } from '../operations/logs.ts';
import { route } from '../route.ts';
import { findRun } from './found-run.ts';
import { nextLink } from './page-link.ts';

export const logRoutes = [
  route(searchLogs)(async ({ params, query, url }, parts) => {
    await findRun(parts, params);
    const { regex, ignore_case, since, ...rest } = query;
    const {
      lines,
      missing,
      next = null,
    } = await search(parts, {
      ...rest,
      run: params.run,
      isRegex: regex,
      ignoresCase: ignore_case,
      since: since === undefined ? undefined : Date.parse(since),
    });
    const body = {
      format: 1 as const,
      lines: lines.map(({ id: _, at, ...line }) => ({ ...line, at: new Date(at).toISOString() })),
      missing,
      next,
    };
    return { body, headers: nextLink(url, 'cursor', next) };
  }),
];
