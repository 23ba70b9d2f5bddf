/** sluice.config.yaml: found upwards, behind flags and the environment, and told where it is wrong. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../cli/config.ts';
import { readConfigFile } from '../../cli/config-file/read.ts';
import { findConfigFile, takeConfigFlag, variablesOf, withFile } from '../../cli/config-file/settings.ts';
import { PATIENCE } from '../../engine/core/notification/watch.ts';
import { readPatience } from '../../notifications/patience.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function variables(text: string): ReadonlyMap<string, string> {
  const { config, diagnostics } = readConfigFile({ path: 'sluice.config.yaml', text });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join(' '));
  return variablesOf(config, join(folder, 'sluice.config.yaml'));
}

describe('what the file says', () => {
  it('holds where neither flag nor environment say otherwise', () => {
    const file = variables('redis: redis://file:6379\nmax_runs: 50\nprefix: "f:"\n');
    const settings = readSettings(withFile({ REDIS_URL: 'redis://environment:6379' }, file));
    expect(settings).toMatchObject({ redis: 'redis://environment:6379', prefix: 'f:', maxRuns: '50' });
  });

  it('does not hold where the usual variable of another tool says it', () => {
    const file = variables('s3: { endpoint: https://file, region: here }\n');
    const merged = withFile({ AWS_REGION: 'there' }, file);
    expect(merged).toEqual({ AWS_REGION: 'there', SLUICE_S3_ENDPOINT: 'https://file' });
  });

  it('counts paths from its own folder, and leaves addresses as they are', () => {
    const file = variables(
      'artifacts: shared\nredis_tls: { ca: pem/ca.pem }\nkafka: { brokers: ["a:1", "b:2"] }\n',
    );
    expect(Object.fromEntries(file)).toEqual({
      SLUICE_ARTIFACTS: join(folder, 'shared'),
      SLUICE_REDIS_CA: join(folder, 'pem/ca.pem'),
      SLUICE_KAFKA_BROKERS: 'a:1,b:2',
    });
    expect(variables('artifacts: s3://bucket/a').get('SLUICE_ARTIFACTS')).toBe('s3://bucket/a');
    expect(variables('logs: s3://bucket/a').get('SLUICE_LOGS')).toBe('s3://bucket/a');
  });
});

describe('the patience with queues', () => {
  it('comes from file or environment, each part by itself', () => {
    const file = variables('queue_stuck: { unserved: 10m, untaken: 1h }\n');
    const merged = withFile({ SLUICE_QUEUE_STUCK_UNTAKEN: '90s' }, file);
    expect(readPatience(merged)).toEqual({ unservedMs: 600_000, untakenMs: 90_000 });
    expect(readPatience({})).toEqual(PATIENCE);
  });

  it.each(['0s', 'soon', '8d', '-1m', '10'])('is refused with its place: %s', (text) => {
    const { diagnostics } = readConfigFile({
      path: 'sluice.config.yaml',
      text: `queue_stuck: { unserved: "${text}" }\n`,
    });
    expect(diagnostics).toMatchObject([{ line: 1, column: 26 }]);
    expect(() => readPatience({ SLUICE_QUEUE_STUCK_UNSERVED: text })).toThrow(
      `SLUICE_QUEUE_STUCK_UNSERVED (queue_stuck.unserved) is "${text}"; write a duration from 1s to 7d`,
    );
  });
});

describe('the file', () => {
  it('is the nearest upwards', () => {
    const deep = join(folder, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(folder, 'sluice.config.yaml'), 'prefix: top\n');
    expect(findConfigFile(deep)).toBe(join(folder, 'sluice.config.yaml'));
    writeFileSync(join(folder, 'a', 'sluice.config.yaml'), 'prefix: near\n');
    expect(findConfigFile(deep)).toBe(join(folder, 'a', 'sluice.config.yaml'));
  });

  it.each([
    ['--config', ['list', '--config', 'x.yaml', '--json']],
    ['--config=', ['list', '--config=x.yaml', '--json']],
  ])('is the one of %s, which no command sees', (_, argv) => {
    expect(takeConfigFlag(argv)).toEqual({ argv: ['list', '--json'], path: 'x.yaml' });
  });

  it('is not looked for behind `--`', () => {
    const argv = ['exec', '--', '--config', 'x.yaml'];
    expect(takeConfigFlag(argv)).toEqual({ argv });
  });

  it('must be named by --config', () => {
    expect(() => takeConfigFlag(['list', '--config'])).toThrow('--config FILE');
  });
});

describe('a mistake', () => {
  it.each([
    ['prefix: a\nredsi: b\n', 'unknown_key', 2, 1],
    ['s3:\n  regoin: a\n', 'unknown_key', 2, 3],
    ['max_runs: many\n', 'wrong_type', 1, 11],
    ['retention: sometimes\n', 'wrong_value', 1, 12],
    ['redis:\n', 'empty_value', 1, 1],
    ['- redis\n', 'wrong_type', 1, 1],
  ])('%j is told as %s at %i:%i', (text, code, line, column) => {
    const { config, diagnostics } = readConfigFile({ path: 'sluice.config.yaml', text });
    expect(config).toBeUndefined();
    expect(diagnostics.map((one) => [one.code, one.line, one.column])).toEqual([[code, line, column]]);
  });

  it.each(['0', '1e99'])('in a number says what it may be: max_runs: %s', (number) => {
    const { diagnostics } = readConfigFile({ path: 'sluice.config.yaml', text: `max_runs: ${number}\n` });
    expect(diagnostics.map(({ hint }) => hint)).toEqual(['Write a whole number from 1 to 999999999.']);
  });

  it('in a name comes with the right one', () => {
    const { diagnostics } = readConfigFile({ path: 'sluice.config.yaml', text: 'redsi: b\n' });
    expect(diagnostics[0]?.hint).toContain('redis');
  });
});
