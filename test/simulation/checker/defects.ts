import type { Invariant } from './invariant.ts';

/** The engine never meets what it calls a defect of its own. */
export const defects: Invariant = {
  name: 'defects',
  promise:
    'the engine reports no defect: no run is quarantined, nothing fails as internal but work that is deaf to its signal',
  *check({ defects: reported, runs }) {
    for (const what of reported) yield { what };
    for (const { id, header } of runs) {
      if (header.error?.code === 'internal' && !header.error.message.includes('did not end'))
        yield { what: header.error.message, run: id };
    }
  },
};
