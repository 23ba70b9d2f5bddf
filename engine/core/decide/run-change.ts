/** What a turn changed of one run, and how that is stored. */
import type { RunChange } from '../commit.ts';
import { type EventRecord, packEvents } from '../event.ts';
import { packRecord, RECORD_BYTES } from '../node-record.ts';
import { progressJson } from '../run-header.ts';
import type { RunState } from '../run-state.ts';

export interface RunDirt {
  readonly run: RunState;
  header: boolean;
  /** Undefined: as it was. */
  live: boolean | undefined;
  readonly records: Set<number>;
  readonly outputs: Map<number, string>;
  readonly events: EventRecord[];
}

export function cleanRun(run: RunState): RunDirt {
  return { run, header: false, live: undefined, records: new Set(), outputs: new Map(), events: [] };
}

export function runChange({ run, header, live, records, outputs, events }: RunDirt): RunChange {
  const first = events[0]?.seq;
  return {
    run: run.header.id,
    ...(header ? { header: progressJson(run.header) } : {}),
    ...(live === undefined ? {} : { live }),
    records: recordRanges(run, records),
    outputs: [...outputs],
    ...(first === undefined ? {} : { events: { first, last: run.header.seq, packed: packEvents(events) } }),
  };
}

/** Changed records as consecutive ranges. */
function recordRanges(run: RunState, changed: ReadonlySet<number>): { start: number; bytes: Uint8Array }[] {
  const sorted = Uint32Array.from(changed).sort();
  const ranges: { start: number; bytes: Uint8Array }[] = [];
  for (let from = 0; from < sorted.length; ) {
    const start = sorted[from] ?? 0;
    let to = from + 1;
    while (to < sorted.length && sorted[to] === start + to - from) to++;
    const bytes = new Uint8Array((to - from) * RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = from; i < to; i++) {
      const record = run.nodes[start + i - from];
      if (record) packRecord(record, run.header.createdAt, view, (i - from) * RECORD_BYTES);
    }
    ranges.push({ start, bytes });
    from = to;
  }
  return ranges;
}
