/**
 * An expression that cannot be parsed. The message is a sentence without position; whoever shows it draws the caret.
 */
export class ExpressionSyntaxError extends Error {
  /** Where the mistake starts, in UTF-16 units from the start of the text that was given. */
  readonly offset: number;
  /** How many units to underline; 0 at the end of the text. */
  readonly length: number;
  /** What to write instead. */
  readonly hint?: string;

  constructor(
    message: string,
    at: { readonly offset: number; readonly length: number; readonly hint?: string },
  ) {
    super(message);
    this.name = 'ExpressionSyntaxError';
    this.offset = at.offset;
    this.length = at.length;
    if (at.hint !== undefined) this.hint = at.hint;
  }
}
