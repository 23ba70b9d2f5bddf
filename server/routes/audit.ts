/** The audit log. */
import { listAudit, verifyAudit } from '../operations/audit.ts';
import { type Route, route } from '../route.ts';

export const auditRoutes: readonly Route[] = [
  route(listAudit)(async ({ query }, { audit }) => {
    const { limit, cursor: before, ...rest } = query;
    const wanted = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const records = await audit.list({ limit, ...wanted, ...(before === undefined ? {} : { before }) });
    const last = records.at(-1);
    const next = records.length === limit && last && last.n > 1 ? String(last.n) : null;
    return { body: { format: 1 as const, records: [...records], next } };
  }),
  route(verifyAudit)(async ({ query: { noted } }, { audit }) => {
    const [n = '', hash = ''] = noted?.split(':') ?? [];
    const verdict = await audit.verify(noted === undefined ? undefined : { n: Number(n), hash });
    const { records, head, anchor, problems } = verdict;
    const whole = problems.length === 0;
    return { body: { format: 1 as const, whole, records, head, anchor, problems: [...problems] } };
  }),
];
