/** The rule for names of tasks, inputs, outputs, artifacts, axes, cases, workflows and namespaces. */

export const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
export const ENV_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Why the text is no name, as the rest of a sentence; undefined when it is one. */
export function problemOfName(name: string): string | undefined {
  if (NAME_PATTERN.test(name)) return undefined;
  if (name === '') return 'is empty';
  if (name.length > 64) return `has ${name.length} characters; at most 64 are taken`;
  const foreign = /[^\x20-\x7E]/u.exec(name)?.[0];
  if (foreign !== undefined)
    return `holds ${describeCharacter(foreign)}; names are of the letters A to Z, digits, _ and -`;
  const bad = /[^A-Za-z0-9_-]/.exec(name)?.[0];
  if (bad !== undefined)
    return `holds ${bad === ' ' ? 'a space' : `\`${bad}\``}; names are of letters, digits, _ and -`;
  return 'begins with a digit or a hyphen; names begin with a letter or _';
}

/** As `problemOfName`, for environment variables. */
export function problemOfEnvName(name: string): string | undefined {
  if (ENV_NAME_PATTERN.test(name)) return undefined;
  return 'is no name of an environment variable: those are of the letters A to Z, digits and _, and do not begin with a digit';
}

/** A name near to the text that obeys the rule, for a suggestion or a default. */
export function toName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  if (plain === '') return '_';
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** Look-alikes of other alphabets cannot be told by eye, so the code point is named. */
function describeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /\p{L}/u.test(character)
    ? `the letter ${character} (U+${code}) of another alphabet`
    : `the character U+${code}`;
}
