/** Whether a text is one expression and nothing else, so that its value keeps its type. */
import { ExpressionSyntaxError, splitText } from '../engine/core/expression/index.ts';

/** Text that cannot be split counts as one: its syntax is reported elsewhere. */
export function isWholeExpression(text: string): boolean {
  if (!text.includes('${{')) return false;
  try {
    const pieces = splitText(text);
    return pieces.length === 1;
  } catch (thrown) {
    if (thrown instanceof ExpressionSyntaxError) return true;
    throw thrown;
  }
}
