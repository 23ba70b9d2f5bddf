/** What can be shown of a file without running anything in it: pictures by their first bytes, and text as text. */

export type Preview =
  | { readonly kind: 'image'; readonly type: string }
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean }
  /** Neither. */
  | { readonly kind: 'other' };

/** Larger ones are saved, not shown. */
export const PREVIEW_BYTES = 2 * 1_024 * 1_024;
const SHOWN_CHARACTERS = 200_000;

/** Formats that hold pixels and nothing else. SVG is none of them: it may hold scripts, and is shown as its text. */
const IMAGES: readonly (readonly [type: string, magic: readonly (number | undefined)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  [
    'image/webp',
    [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50],
  ],
];

export function previewOf(bytes: Uint8Array): Preview {
  const image = IMAGES.find(([, magic]) =>
    magic.every((byte, at) => byte === undefined || byte === bytes[at]),
  );
  if (image) return { kind: 'image', type: image[0] };
  const text = textOf(bytes);
  if (text === undefined) return { kind: 'other' };
  const whole = prettyJson(text) ?? text;
  const isCut = whole.length > SHOWN_CHARACTERS;
  return { kind: 'text', text: isCut ? whole.slice(0, SHOWN_CHARACTERS) : whole, isCut };
}

/** Undefined for what is not text in UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [size, unit] = bytes < 1_024 ** 2 ? [bytes / 1_024, 'KiB'] : [bytes / 1_024 ** 2, 'MiB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
