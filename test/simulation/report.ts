/** What a failing seed prints: what was violated, the history around it, and how to see it again. */
import type { DurableEvent, RunEvidence } from './evidence.ts';
import type { Outcome } from './simulate.ts';
import { START_MS } from './world.ts';

const SHOWN_VIOLATIONS = 5;
const SHOWN_EVENTS = 30;

export function describeFailure({ seed, violations, evidence, faults, trace }: Outcome): string {
  const shown = violations.slice(0, SHOWN_VIOLATIONS).flatMap(({ invariant, what, run: id, node }) => {
    const run = evidence.runs.find((one) => one.id === id);
    const place = id === undefined ? '' : ` (run ${id}${node === undefined ? '' : `, node ${node}`})`;
    return [`  ${invariant}: ${what}${place}`, ...(run ? historyOf(run, node) : [])];
  });
  const more = violations.length - SHOWN_VIOLATIONS;
  return [
    `seed ${seed} fails; ${[...faults].map(([fault, times]) => `${fault} ×${times}`).join(', ') || 'no fault'}; trace ${hex(trace)}`,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `  see it again: npm run simulate -- --seed ${seed} --verbose`,
  ].join('\n');
}

export function hex(trace: number): string {
  return (trace >>> 0).toString(16).padStart(8, '0');
}

/** The events of the node, or the last ones of the run. */
function historyOf(run: RunEvidence, node: number | undefined): string[] {
  const events = node === undefined ? run.events.slice(-SHOWN_EVENTS) : (run.byNode.get(node) ?? []);
  return events.map((event) => `      ${line(event)}`);
}

function line({ seq, type, node, attempt, at, durableAt, detail }: DurableEvent): string {
  const name = node === undefined ? '' : ` node ${node}${attempt === undefined ? '' : ` attempt ${attempt}`}`;
  const extra = detail === undefined ? '' : ` ${JSON.stringify(detail)}`;
  return `${String(seq).padStart(4)} +${at - START_MS} ms ${type}${name}${extra} (durable +${Math.round(durableAt - START_MS)} ms)`;
}
