import { describe, expect, it } from 'vitest';
import { labelText, parseLabelText } from '../../server/contract/label-text.ts';
import type { RunLine } from '../../web/api/model.ts';
import { withNews } from '../../web/runs/live-list.ts';

const line = (id: string, status: RunLine['status'] = 'running', workflow = 'w'): RunLine => ({
  id,
  namespace: 'default',
  workflow,
  status,
  created_at: '2026-01-01T00:00:00.000Z',
  finished_at: null,
  awaiting: 0,
  labels: {},
});
const news = (...lines: readonly RunLine[]) => new Map(lines.map((one) => [one.id, one]));
const ids = (pages: readonly { readonly runs: readonly RunLine[] }[]) =>
  pages.map(({ runs }) => runs.map(({ id }) => id));

const PAGES = [{ runs: [line('08'), line('07')] }, { runs: [line('05'), line('04')] }];

describe('news of runs', () => {
  it('changes the lines that it is of, and leaves all others as they are', () => {
    const next = withNews(PAGES, news(line('05', 'failed')), {});
    expect(next[1]?.runs[0]?.status).toBe('failed');
    expect(next[0]).toBe(PAGES[0]);
    expect(next[1]?.runs[1]).toBe(PAGES[1]?.runs[1]);
  });

  it('is nothing when it says what is known', () => {
    expect(withNews(PAGES, news(line('05')), {})).toBe(PAGES);
  });

  it('puts a run that was not there in its place, unless that is on a page not read yet', () => {
    expect(ids(withNews(PAGES, news(line('09'), line('11'), line('06'), line('01')), {}))).toEqual([
      ['11', '09', '08', '07'],
      ['06', '05', '04'],
    ]);
  });

  it('keeps to the filter', () => {
    const running = { statuses: ['running', 'queued'] };
    expect(ids(withNews(PAGES, news(line('07', 'succeeded'), line('09', 'failed')), running))).toEqual([
      ['08'],
      ['05', '04'],
    ]);
    expect(ids(withNews(PAGES, news(line('09', 'running', 'other')), { workflow: 'w' }))).toEqual(ids(PAGES));
    const labelled = { ...line('09'), labels: { team: 'data', env: 'prod', odd: 'a,b=c' } };
    for (const [filter, isThere] of [
      [{ label: 'team=data' }, true],
      [{ label: 'team=data,env=prod' }, true],
      [{ label: 'team=da' }, false],
      [{ label: labelText({ odd: 'a,b=c' }) }, true],
      [{ text: 'DATA' }, true],
      [{ awaiting: true }, false],
      [{ text: 'nowhere' }, false],
    ] as const)
      expect(ids(withNews(PAGES, news(labelled), filter))[0]?.includes('09'), JSON.stringify(filter)).toBe(
        isThere,
      );
  });

  it('shows a run that waits for somebody now, however old, and as long as it does', () => {
    const asks = { ...line('06'), awaiting: 1 };
    const only = { awaiting: true } as const;
    const pages = [{ runs: [{ ...line('08'), awaiting: 1 }] }, { runs: [{ ...line('05'), awaiting: 2 }] }];
    expect(ids(withNews(pages, news(asks, line('08')), only))).toEqual([[], ['06', '05']]);
    expect(withNews(pages, news({ ...line('05'), awaiting: 1 }), only)[1]?.runs[0]?.awaiting).toBe(1);
  });

  it('begins an empty list', () => {
    expect(ids(withNews([{ runs: [] }], news(line('01'), line('02')), {}))).toEqual([['02', '01']]);
    expect(withNews([], news(line('01')), {})).toEqual([]);
  });
});

describe('labels as one text', () => {
  it('come back as they were, whatever stands in them', () => {
    const labels = { team: 'data', 'a=b': 'c,d', 'per%cent': '100%=', empty: '' };
    expect(parseLabelText(labelText(labels))).toEqual(labels);
  });

  it('are none where a pair is no pair', () => {
    for (const text of ['', 'team', '=data', 'a=b=c', 'a=b,', 'a=%zz'])
      expect(parseLabelText(text), text).toBeUndefined();
  });
});
