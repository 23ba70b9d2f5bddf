import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../../engine/core/schedule/cron.ts';

const problemOf = (text: string) => {
  const parsed = parseCron(text);
  return 'problem' in parsed ? parsed.problem : undefined;
};

describe('a cron pattern', () => {
  it.each(['0 6 * * *', '@daily', '*/5 0-6,22 1,15 jan-mar mon', '0 0 l * ?', '0 0 * * 5-7', '5/20 * * * *'])(
    'may be %s',
    (text) => {
      expect(problemOf(text)).toBeUndefined();
    },
  );

  it.each([
    ['', 'has 0 fields'],
    ['0 6 * *', 'has 4 fields instead of five'],
    ['0 0 6 * * *', 'has 6 fields'],
    ['@noon', 'is none of the short forms, which are @hourly'],
    ['60 * * * *', 'has "60" as minute; that field takes 0 to 59'],
    ['0 24 * * *', 'has "24" as hour'],
    ['0 5-3 * * *', 'has "5-3" as hour'],
    ['0 */0 * * *', 'has "*/0" as hour'],
    ['0 0 0 * *', 'has "0" as day of the month'],
    ['0 0 * * monday', 'has "monday" as day of the week; that field takes 0 to 7 or sun to sat'],
    ['0 0 31 2,4 *', 'names a day that none of its months has'],
    ['0 0 1-2-3 * *', 'has "1-2-3"'],
    ['0 0 , * *', 'has "" as day of the month'],
  ])('may not be "%s"', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });
});
