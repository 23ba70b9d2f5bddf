/**
 * Text of others (logs of tasks, names, errors) made harmless for terminals: escape sequences are taken out, all other
 * control characters become visible signs, and characters that turn the direction of writing are replaced.
 */

// CSI; OSC, DCS, SOS, PM and APC up to their terminator; any other two-character escape. Also their one-byte C1 forms.
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-~]/g;
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/g;
const DIRECTIONS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/** One line. A tab becomes two spaces, a carriage return `␍`, a newline `␊`. */
export function plainText(text: string): string {
  if (!needsCare(text)) return text;
  return text
    .replace(/\r+$/, '')
    .replace(ESCAPES, '')
    .replace(/\t/g, '  ')
    .replace(CONTROLS, toSign)
    .replace(DIRECTIONS, '\ufffd');
}

function needsCare(text: string): boolean {
  return /[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/.test(text);
}

function toSign(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** Several lines, each made harmless. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n/).map(plainText);
}
