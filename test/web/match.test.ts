import { describe, expect, it } from 'vitest';
import { matchOf } from '../../web/shell/match.ts';

describe('what somebody typed', () => {
  it('means what it begins, before what has it inside or has it as another word for it', () => {
    const begin = matchOf('workflow nightly-import', 'night');
    const inside = matchOf('workflow fortnight', 'night');
    const also = matchOf('page Queues', 'night', ['what waits at night']);
    expect(begin).toBeGreaterThan(inside);
    expect(inside).toBeGreaterThan(also);
    expect(also).toBeGreaterThan(0);
  });

  it('means nothing that has its letters only here and there', () => {
    expect(matchOf('page Queues', 'night', ['what is waiting there'])).toBe(0);
  });

  it('needs all of its words, in any order and case', () => {
    expect(matchOf('workflow nightly-import', 'IMPORT work')).toBeGreaterThan(0);
    expect(matchOf('workflow nightly-import', 'import page')).toBe(0);
    expect(matchOf('anything', '  ')).toBe(1);
  });
});
