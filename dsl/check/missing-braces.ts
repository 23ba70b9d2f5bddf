/** Warns of text that was meant as an expression: `tasks.a.outputs.x` without `${{ }}` is only text. */
import { isForgottenReference } from '../bare-reference.ts';
import { shorten } from '../describe-value.ts';
import type { ExpressionSite } from '../expression-site.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** Values that may be any text. Elsewhere a text without braces is an error of its own, or surely a path. */
const PLACES: readonly string[] = [
  'run',
  'with',
  'env',
  'the `env` of the workflow',
  '`defaults`',
  'the `outputs` of the workflow',
  'inputs',
  'concurrency',
  'rate_limit',
  'cache',
  'the `concurrency` of the workflow',
  'fairness',
  'the `inputs` of a trigger',
];

export function checkBraces(context: WorkflowContext, sites: readonly ExpressionSite[]): void {
  for (const site of sites) {
    const { path, text } = site;
    if (site.isCondition || text.includes('${{')) continue;
    if (!isTemplate(site) || !isForgottenReference(context, site)) continue;
    context.document.warn({
      code: 'missing_braces',
      path,
      message: `This is the text \`${shorten(text)}\`, not the value that it names.`,
      hint: `Did you mean "\${{ ${text} }}"?`,
      fix: /^[\w.[\]-]+$/.test(text) ? `"\${{ ${text} }}"` : undefined,
    });
  }
}

function isTemplate({ place, path }: ExpressionSite): boolean {
  // The items of a list; a bare text in place of the list is an error.
  if (place === 'foreach' || place === 'matrix') return path.some((step) => typeof step === 'number');
  return PLACES.includes(place);
}
