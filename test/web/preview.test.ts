import { describe, expect, it } from 'vitest';
import { previewOf, sizeWords } from '../../web/runs/preview.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the preview of a file', () => {
  it('is a picture by its first bytes, whatever its name', () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2]);
    expect(previewOf(png)).toEqual({ kind: 'image', type: 'image/png' });
    expect(previewOf(new Uint8Array([...bytes('RIFF'), 9, 9, 9, 9, ...bytes('WEBPVP8 ')]))).toEqual({
      kind: 'image',
      type: 'image/webp',
    });
  });

  it('is text for what may hold scripts', () => {
    for (const text of ['<svg onload="alert(1)"></svg>', '<html><script>1</script></html>', 'GIF'])
      expect(previewOf(bytes(text))).toEqual({ kind: 'text', text, isCut: false });
  });

  it('shows JSON in lines, and what only looks like it as it is', () => {
    expect(previewOf(bytes('{"a":[1]}'))).toMatchObject({ text: '{\n  "a": [\n    1\n  ]\n}' });
    expect(previewOf(bytes('{"a":'))).toMatchObject({ text: '{"a":' });
  });

  it('is the beginning of much', () => {
    const preview = previewOf(bytes('x'.repeat(300_000)));
    expect(preview).toMatchObject({ kind: 'text', isCut: true });
  });

  it('is none for anything else', () => {
    expect(previewOf(new Uint8Array([0, 1, 2, 3]))).toEqual({ kind: 'other' });
    expect(previewOf(new Uint8Array([0xc3, 0x28]))).toEqual({ kind: 'other' });
  });

  it('says sizes', () => {
    expect([3, 1_536, 20_480, 5 * 1_024 ** 2].map(sizeWords)).toEqual([
      '3 B',
      '1.5 KiB',
      '20 KiB',
      '5.0 MiB',
    ]);
  });
});
