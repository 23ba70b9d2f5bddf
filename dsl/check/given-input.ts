/** Inputs that one workflow gives to another, or a trigger to the run that it starts, against their declarations. */
import { checkValue, type Specs } from '../../engine/core/inputs.ts';
import type { Json } from '../../engine/core/json.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import { suggest } from '../suggest.ts';

export interface GivenInputs {
  readonly specs: Specs;
  readonly given: { readonly [name: string]: Json };
  /** The map that holds `inputs`. */
  readonly holder: Path;
  /** Who declares them, at the beginning of a sentence. */
  readonly owner: string;
}

export function checkGivenInputs(
  document: SourceDocument,
  { specs, given, holder, owner }: GivenInputs,
): void {
  for (const [name, value] of Object.entries(given)) {
    const path = [...holder, 'inputs', name];
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      const names = Object.keys(specs);
      const hint = suggest(name, names) ?? (names.length === 0 ? 'It declares no inputs.' : undefined);
      const message = `${owner} declares no input \`${name}\`.`;
      document.error({ code: 'unknown_input', path, onKey: true, message, hint });
    } else if (value !== null && !JSON.stringify(value).includes('${{')) {
      for (const problem of checkValue(spec, value, name)) {
        const message = `The input \`${problem.path}\` ${problem.message}.`;
        document.error({ code: 'bad_input', path, message, hint: spec.description });
      }
    }
  }
  const missing = Object.entries(specs).filter(
    ([name, spec]) => spec.required && spec.default === undefined && !Object.hasOwn(given, name),
  );
  for (const [name] of missing) {
    const message = `${owner} requires the input \`${name}\`, which is not given.`;
    document.error({
      code: 'missing_input',
      path: holder,
      onKey: true,
      message,
      hint: `Add \`inputs: { ${name}: … }\`.`,
    });
  }
}
