/** Tracing as the usual variables of OpenTelemetry configure it. */
import { SluiceError } from '../../engine/core/errors.ts';
import { readSampler, type Sampler } from './sampler.ts';

export interface TracingSettings {
  /** The full address that spans are sent to. */
  readonly url: string;
  readonly serviceName: string;
  readonly sampler: Sampler;
}

/** Undefined when nobody asked for it. @throws SluiceError not_possible for what cannot be read; it says nothing of credentials */
export function readTracing(environment: {
  readonly [name: string]: string | undefined;
}): TracingSettings | undefined {
  const read = (name: string) => environment[name]?.trim() ?? '';
  const whole = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isOff = read('OTEL_SDK_DISABLED').toLowerCase() === 'true' || read('OTEL_TRACES_EXPORTER') === 'none';
  if (isOff || (whole === '' && base === '')) return undefined;
  const named = whole === '' ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const url = URL.parse(whole === '' ? `${base.replace(/\/+$/, '')}/v1/traces` : whole);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new SluiceError('not_possible', `${named} is no address: write one such as http://collector:4318.`);
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || read('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc')
    throw new SluiceError(
      'not_possible',
      'OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which Sluice does not speak: set http/json, and the address of the port for it (4318).',
    );
  return {
    url: url.href,
    serviceName: read('OTEL_SERVICE_NAME') || 'sluice',
    sampler: readSampler(read('OTEL_TRACES_SAMPLER'), read('OTEL_TRACES_SAMPLER_ARG')),
  };
}
