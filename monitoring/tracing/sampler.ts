/**
 * Which traces are recorded. Source of the names and their meaning: OpenTelemetry, "SDK environment variables",
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
import { SluiceError } from '../../engine/core/errors.ts';

/** @param parent whether the starter records the trace; undefined: nobody has begun it */
export type Sampler = (traceId: string, parent: boolean | undefined) => boolean;

const ALWAYS: Sampler = () => true;
const NEVER: Sampler = () => false;

/**
 * @param name `OTEL_TRACES_SAMPLER`; empty: `parentbased_always_on`
 * @param argument `OTEL_TRACES_SAMPLER_ARG`, the share for ratios, 0 to 1; empty: 1
 * @throws SluiceError not_possible for a name or a share that is none
 */
export function readSampler(name: string, argument: string): Sampler {
  const [, base, root = ''] = /^(parentbased_)?(\w+)$/.exec(name || 'parentbased_always_on') ?? [];
  const sampler = rootOf(root, argument);
  if (!sampler) {
    const known = ['always_on', 'always_off', 'traceidratio'];
    const names = [...known, ...known.map((one) => `parentbased_${one}`)];
    throw new SluiceError(
      'not_possible',
      `OTEL_TRACES_SAMPLER is ${JSON.stringify(name)}; it can be ${names.join(', ')}.`,
    );
  }
  return base === undefined ? sampler : (traceId, parent) => parent ?? sampler(traceId, undefined);
}

function rootOf(name: string, argument: string): Sampler | undefined {
  if (name === 'always_on') return ALWAYS;
  if (name === 'always_off') return NEVER;
  return name === 'traceidratio' ? byShare(readShare(argument)) : undefined;
}

function readShare(argument: string): number {
  const share = argument === '' ? 1 : Number(argument);
  if (share >= 0 && share <= 1) return share;
  throw new SluiceError(
    'not_possible',
    `OTEL_TRACES_SAMPLER_ARG is ${JSON.stringify(argument)}: write the share of runs to trace, from 0 to 1.`,
  );
}

/** The same for everybody who asks about a trace. */
function byShare(share: number): Sampler {
  return (traceId) => Number.parseInt(traceId.slice(0, 8), 16) < share * 2 ** 32;
}
