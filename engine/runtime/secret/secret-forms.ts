/**
 * The forms in which a secret may turn up in what a task writes: as it is, and as the usual encoders write it. docs/secrets.md
 * lists them for users.
 */

/** Secrets, lines of secrets and forms shorter than this are not looked for: they would blank out ordinary text. */
export const MIN_MASKED_LENGTH = 4;

/** A text to look for. */
export interface SecretForm {
  readonly text: string;
  /** Base64 of a text that begins or ends in the middle of a group of three bytes: the neighbouring character holds some bits too. */
  readonly bitsBefore?: true;
  readonly bitsAfter?: true;
}

/** All forms of a value, the value as a whole first, then those of its lines. */
export function secretForms(value: string): {
  readonly whole: readonly SecretForm[];
  readonly lines: readonly SecretForm[];
} {
  const wellFormed = Buffer.from(value).toString();
  const lines = wellFormed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== wellFormed);
  return {
    whole: distinct([...new Set([wellFormed, wellFormed.trim()])].flatMap(encodings)),
    lines: distinct(
      [...new Set(lines)].filter((line) => line.length >= MIN_MASKED_LENGTH).flatMap(encodings),
    ),
  };
}

function distinct(forms: readonly SecretForm[]): SecretForm[] {
  const byText = new Map<string, SecretForm>();
  for (const form of forms) {
    if (form.text.length >= MIN_MASKED_LENGTH && !byText.has(form.text)) byText.set(form.text, form);
  }
  return [...byText.values()];
}

function encodings(value: string): SecretForm[] {
  const json = jsonText(value);
  const url = encodeURIComponent(value);
  const strictUrl = url.replaceAll(/[!'()*]/g, percent);
  const hex = Buffer.from(value).toString('hex');
  const texts = [
    value,
    json,
    jsonText(json),
    asciiOnly(json),
    json.replaceAll('/', '\\/'),
    url,
    strictUrl,
    strictUrl.replaceAll('%20', '+'),
    strictUrl.replaceAll('%20', '+').replaceAll('%2A', '*'),
    strictUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    html(value),
    // As shells print what they run: 'it'\''s', and it\'s.
    value.replaceAll("'", "'\\''"),
    value.replaceAll(/[^A-Za-z0-9_./:=@%+,-]/g, '\\$&'),
  ];
  return [...texts.map((text) => ({ text })), ...base64Forms(value)];
}

function jsonText(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function asciiOnly(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function html(value: string): string {
  const entities = new Map([
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
    ["'", '&#39;'],
  ]);
  return value.replaceAll(/[&<>"']/g, (character) => entities.get(character) ?? character);
}

/** At the three places where it may begin within an encoded text, in both alphabets. */
function base64Forms(value: string): SecretForm[] {
  return [0, 1, 2].flatMap((offset) => {
    const form = base64At(value, offset);
    const urlText = form.text.replaceAll('+', '-').replaceAll('/', '_');
    return urlText === form.text ? [form] : [form, { ...form, text: urlText }];
  });
}

/** Only the characters that do not depend on what stands around the value. */
function base64At(value: string, offset: 0 | 1 | 2 | number): SecretForm {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  const text = bytes.toString('base64').replaceAll('=', '');
  const hasBitsAfter = bytes.length % 3 !== 0;
  const start = offset === 0 ? 0 : offset + 1;
  return {
    text: text.slice(start, hasBitsAfter ? -1 : undefined),
    ...(offset === 0 ? {} : { bitsBefore: true }),
    ...(hasBitsAfter ? { bitsAfter: true } : {}),
  };
}
