import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLUICE_ERROR_CODES, SluiceError, type SluiceErrorCode } from '../../engine/core/errors.ts';
import { problemResponse, REQUEST_CODES, RequestFailure, STATUS_OF_ERROR } from '../../server/problem.ts';

const REQUEST = { path: '/api/v1/x', requestId: 'r1' };

async function told(thrown: unknown) {
  const response = problemResponse(thrown, REQUEST);
  return { response, body: (await response.json()) as { [name: string]: unknown } };
}

describe('problems', () => {
  it('have a status for every code of the engine, and for no other', () => {
    expect(Object.keys(STATUS_OF_ERROR).sort()).toEqual(Object.keys(SLUICE_ERROR_CODES).sort());
  });

  it('are listed in docs/errors.md, with the codes of requests', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
    const [, section = ''] = text.split('## What the HTTP API answers');
    for (const [code, meaning] of Object.entries(REQUEST_CODES))
      expect(section).toContain(`| \`${code}\` | ${meaning} |`);
  });

  it('tell what a caller can mend, with pointers', async () => {
    const errors = [{ pointer: '/body/inputs/year', detail: 'year must be a whole number' }];
    const { response, body } = await told(new SluiceError('invalid_input', 'No.', { details: { errors } }));
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      code: 'invalid_input',
      detail: 'No.',
      errors,
      instance: '/api/v1/x',
      requestId: 'r1',
    });
  });

  it('tell nothing of a defect but the id under which the log has it', async () => {
    for (const thrown of [new Error('secret'), new SluiceError('invalid_record', 'secret')]) {
      const { response, body } = await told(thrown);
      expect(response.status).toBe(500);
      expect(JSON.stringify(body)).not.toContain('secret');
      expect(body['detail']).toContain('r1');
    }
  });

  it('say when to try again', async () => {
    const full = new SluiceError('overloaded', 'Full.', { details: { retryAfterMs: 12_300 } });
    expect((await told(full)).response.headers.get('retry-after')).toBe('13');
    const codes = Object.keys(STATUS_OF_ERROR) as SluiceErrorCode[];
    for (const code of codes.filter((one) => STATUS_OF_ERROR[one] === 503))
      expect((await told(new SluiceError(code, 'x'))).response.headers.get('retry-after')).toBe('5');
  });

  it('keep headers of a refusal', async () => {
    const { response } = await told(
      new RequestFailure('method_not_allowed', 'x', { headers: { allow: 'GET' } }),
    );
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
