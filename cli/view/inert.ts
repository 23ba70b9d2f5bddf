/** Text of others made harmless for the runner of GitHub Actions, which takes commands out of what a step writes. */

/** Lines start a command with `::`; the runner also looks for its older commands (`##[…]`) within a line. */
export function inert(text: string): string {
  return text.replaceAll('##[', '# #[').replace(/^([^\S\n]*)::/gm, '$1: :');
}

/** JSON that means the same and holds no command: `#` stands in it only within texts. */
export function inertJson(json: string): string {
  return json.replaceAll('##[', '#\\u0023[');
}
