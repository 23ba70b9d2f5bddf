/** Shell scripts take no expressions: pasting a value into a script lets the value run as code. */
import { ExpressionSyntaxError, splitText } from '../../engine/core/expression/index.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import type { WorkflowContext } from '../workflow-context.ts';

export function checkScripts({ document, tasks }: WorkflowContext): void {
  for (const { source, path, uses } of tasks) {
    if (typeof source.run === 'string') checkScript(document, source.run, [...path, 'run']);
    const script = uses === 'shell' ? source.with?.['script'] : undefined;
    if (typeof script === 'string') checkScript(document, script, [...path, 'with', 'script']);
  }
}

function checkScript(document: SourceDocument, script: string, path: Path): void {
  if (!script.includes('${{')) return;
  for (const { offset, length, expression } of expressionsIn(script)) {
    const name = variableFor(expression);
    document.error({
      code: 'expression_in_script',
      path,
      within: { offset, length },
      message: 'A shell script takes no expressions: the value would be run as code.',
      hint: `Pass it as a variable: \`env: { ${name}: "\${{ ${expression} }}" }\`, and write "$${name}" in the script.`,
    });
  }
}

interface Found {
  readonly expression: string;
  readonly offset: number;
  readonly length: number;
}

function expressionsIn(script: string): Found[] {
  try {
    let done = 0;
    return splitText(script).flatMap((piece) => {
      if (!('expression' in piece)) return [];
      const offset = script.lastIndexOf('${{', piece.offset);
      const length = Math.max(3, script.indexOf('}}', piece.offset + piece.expression.length) + 2 - offset);
      done = offset + length;
      return done > 0 ? [{ expression: piece.expression, offset, length }] : [];
    });
  } catch (thrown) {
    if (!(thrown instanceof ExpressionSyntaxError)) throw thrown;
    const offset = script.indexOf('${{');
    return [{ expression: '…', offset, length: 3 }];
  }
}

/** A name for the variable: the last name of the expression, in capitals. */
function variableFor(expression: string): string {
  const last = /([A-Za-z_][A-Za-z0-9_-]*)[^A-Za-z0-9_-]*$/.exec(expression)?.[1] ?? 'VALUE';
  return last.toUpperCase().replaceAll('-', '_');
}
