import { describe, expect, it } from 'vitest';
import { bullPrefix, jobIdOf, readTickets, toJob, toJobs } from '../../../engine/bullmq/job-form.ts';
import { MAX_BUNDLE } from '../../../engine/core/policy.ts';
import { aTicket } from './a-ticket.ts';

describe('a ticket as a job', () => {
  it('has another id for each run, node, generation, attempt and delivery', () => {
    const variants = [
      aTicket(),
      aTicket({ run: '01JD0000000000000000000001' }),
      aTicket({ node: 1 }),
      aTicket({ generation: 2 }),
      aTicket({ attempt: 2 }),
      aTicket({ delivery: 1 }),
    ];
    expect(new Set(variants.map(jobIdOf)).size).toBe(variants.length);
    for (const ticket of variants) expect(jobIdOf(ticket)).toMatch(/^t-[^:]+$/);
  });

  it.each([
    [0, 1],
    [-3, 1],
    [7.9, 7],
    [2_097_151, 2_097_151],
    [9_999_999, 2_097_151],
    [Number.NaN, 2_097_151],
  ])('turns priority %d into %d, since BullMQ runs a job without one before all others', (given, used) => {
    expect(toJob([aTicket({ priority: given })]).opts.priority).toBe(used);
  });

  it('is read back from data that went through JSON', () => {
    const ticket = aTicket({ index: 3, timeout_ms: 1000 });
    expect(readTickets(JSON.parse(JSON.stringify(ticket)))).toEqual([ticket]);
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    { ...aTicket(), v: 2 },
    { ...aTicket(), node: '0' },
    { ...aTicket(), run: '' },
  ])('is not read from foreign data (case %#)', (data) => {
    expect(readTickets(data)).toEqual([]);
    expect(readTickets({ v: 1, bundle: [aTicket(), data] })).toEqual([]);
  });

  it('travels with others of its bundle, so many at most, and with nobody else', () => {
    const small = Array.from({ length: MAX_BUNDLE + 2 }, (_, node) => aTicket({ node, bundle: 'r:1' }));
    const jobs = toJobs([
      ...small,
      aTicket({ node: 100, bundle: 'r:2' }),
      aTicket({ node: 101 }),
      aTicket({ node: 102 }),
    ]);
    const nodes = jobs.map(({ data }) =>
      readTickets(JSON.parse(JSON.stringify(data))).map(({ node }) => node),
    );
    const first = Array.from({ length: MAX_BUNDLE }, (_, node) => node);
    expect(nodes).toEqual([first, [MAX_BUNDLE, MAX_BUNDLE + 1], [100], [101], [102]]);
    expect(new Set(jobs.map(({ opts }) => opts.jobId)).size).toBe(jobs.length);
  });

  it('keeps all keys of a queue in one Cluster slot of its own', () => {
    expect(bullPrefix('sluice:', 'gpu')).toBe('sluice:bull{gpu}');
  });
});
