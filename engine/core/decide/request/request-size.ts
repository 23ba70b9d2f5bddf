/** What people send with a request becomes part of the run's state and history, so it is bounded, as what tasks send is. */
import type { Answer, RunMessage } from '../../message.ts';

/** Characters of a reason, a comment or a name. */
const MAX_TEXT = 4_000;
const TEXTS: ReadonlySet<string> = new Set(['reason', 'comment', 'by', 'name']);
/** Characters of a form's JSON. */
const MAX_FORM = 65_536;
/** Bytes of JSON, as of the outputs of an attempt. */
const MAX_OUTPUTS = 1_000_000;

/** The refusal of a request that is too large. */
export function refuseLarge(message: RunMessage): (Answer & { ok: false }) | undefined {
  const problem = textProblem(message) ?? valueProblem(message);
  return problem === undefined ? undefined : { ok: false, code: 'invalid_payload', message: problem };
}

function textProblem(message: RunMessage): string | undefined {
  for (const [field, value] of Object.entries(message)) {
    if (!TEXTS.has(field) || typeof value !== 'string' || value.length <= MAX_TEXT) continue;
    return `\`${field}\` has ${value.length} characters; at most ${MAX_TEXT} are taken`;
  }
  return undefined;
}

function valueProblem(message: RunMessage): string | undefined {
  if (message.type === 'approval') {
    const size = JSON.stringify(message.form ?? {}).length;
    if (size > MAX_FORM) return `the form has ${size} characters of JSON; at most ${MAX_FORM} are taken`;
  }
  if (message.type === 'mark') {
    const bytes = Buffer.byteLength(JSON.stringify(message.outputs ?? {}));
    if (bytes > MAX_OUTPUTS)
      return `the outputs are ${bytes} bytes of JSON; at most ${MAX_OUTPUTS} are taken. Keep large data as a file`;
  }
  return undefined;
}
