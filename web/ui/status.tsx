/** How a state looks: one tone and one sign for each, so that colour is never the only difference. */
import type { NodeState, RunStatus } from '../api/model.ts';

export type Tone = 'ok' | 'bad' | 'busy' | 'wait' | 'idle';

const LOOKS: { readonly [state: string]: readonly [tone: Tone, sign: string] } = {
  succeeded: ['ok', '✓'],
  failed: ['bad', '✗'],
  upstream_failed: ['bad', '⊘'],
  cancelled: ['idle', '■'],
  cancelling: ['wait', '■'],
  skipped: ['idle', '⊘'],
  running: ['busy', '●'],
  queued: ['wait', '◌'],
  blocked: ['wait', '▣'],
  retrying: ['wait', '↻'],
  waiting: ['wait', '◔'],
  paused: ['wait', '‖'],
  pending: ['idle', '○'],
};

export const TONE_TEXT: { readonly [tone in Tone]: string } = {
  ok: 'text-ok',
  bad: 'text-bad',
  busy: 'text-busy',
  wait: 'text-wait',
  idle: 'text-idle',
};
export const TONE_SOFT: { readonly [tone in Tone]: string } = {
  ok: 'bg-ok-soft text-ok',
  bad: 'bg-bad-soft text-bad',
  busy: 'bg-busy-soft text-busy',
  wait: 'bg-wait-soft text-wait',
  idle: 'bg-idle-soft text-idle',
};
export const TONE_FILL: { readonly [tone in Tone]: string } = {
  ok: 'fill-ok',
  bad: 'fill-bad',
  busy: 'fill-busy',
  wait: 'fill-wait',
  idle: 'fill-idle',
};
export const TONE_BORDER: { readonly [tone in Tone]: string } = {
  ok: 'border-ok',
  bad: 'border-bad',
  busy: 'border-busy',
  wait: 'border-wait',
  idle: 'border-line',
};

type State = NodeState | RunStatus | string;

export function toneOf(state: State): Tone {
  return LOOKS[state]?.[0] ?? 'idle';
}

export function signOf(state: State): string {
  return LOOKS[state]?.[1] ?? '○';
}

export function Sign({ state }: { readonly state: State }) {
  const [tone, sign] = LOOKS[state] ?? ['idle', '○'];
  const breathes = state === 'running' || state === 'retrying' ? ' breathe' : '';
  return (
    <span aria-hidden="true" className={`inline-block w-4 text-center ${TONE_TEXT[tone]}${breathes}`}>
      {sign}
    </span>
  );
}

export function Status({ state }: { readonly state: State }) {
  const [tone, sign] = LOOKS[state] ?? ['idle', '○'];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${TONE_SOFT[tone]}`}
    >
      <span aria-hidden="true">{sign}</span>
      {words(state)}
    </span>
  );
}

export function words(state: State): string {
  return state.replaceAll('_', ' ');
}
