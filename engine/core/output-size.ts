/** How large outputs may be, and what to say of those that are larger. Apart, since processes that run user code read it, too. */

/** Outputs of one attempt that are read at all, bytes; what a store takes may be less. */
export const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** What to say of outputs that are too large altogether. */
export function tooLargeMessage(what: string, bytes: number, maxBytes: number): string {
  return `The outputs of ${what} are ${bytes} bytes; at most ${maxBytes} are taken. Write large data to a file, keep it under \`artifacts:\`, and hand it on with \`files:\`.`;
}
