/** What the editor offers at the cursor: keys and values of the schema, names of tasks and inputs, words of expressions. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { CONTEXTS, FUNCTIONS, membersOf, type Names } from './expression-words.ts';
import { keysOf, type Schema, schemasAt, valuesOf } from './schema-walk.ts';
import { namesUnder, type Place, placeAt } from './yaml-place.ts';

export function completeWorkflow(readSchema: () => Promise<Schema>) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const schema = await readSchema();
    const text = context.state.doc.toString();
    const place = placeAt(text, context.pos);
    if (!context.explicit && place.typed === '' && place.kind === 'key') return null;
    const offered = offersAt(schema, text, place);
    if (offered.options.length === 0) return null;
    return { from: offered.from, options: offered.options, validFor: /^[\w-]*$/ };
  };
}

interface Offered {
  readonly from: number;
  readonly options: readonly Completion[];
}

/** Pure: tests ask it without an editor. */
export function offersAt(schema: Schema, text: string, place: Place): Offered {
  const names = { tasks: namesUnder(text, 'tasks'), inputs: namesUnder(text, 'inputs') };
  if (place.kind === 'expression') return expressionOffers(place, names);
  if (place.kind === 'text') return { from: place.from, options: [] };
  const schemas = schemasAt(schema, place.path, place.uses);
  const keys: Completion[] =
    place.kind === 'key'
      ? [...keysOf(schemas)]
          .filter(([key]) => !place.siblings.has(key))
          .map(([key, { description }]) => ({
            label: key,
            type: 'property',
            apply: `${key}: `,
            ...(description === undefined ? {} : { info: description }),
          }))
      : [];
  const values =
    place.kind === 'value' || place.path.at(-1) === '[]' ? valueOffers(place, schemas, names) : [];
  return { from: place.from, options: [...values, ...keys] };
}

function valueOffers(place: Place, schemas: readonly Schema[], { tasks }: Names): Completion[] {
  const own = place.path[0] === 'tasks' ? place.path[1] : undefined;
  const isNeed = /(^|\.)needs(\.\[\])?(\.task)?$/.test(place.path.join('.'));
  const others = isNeed ? tasks.filter((task) => task !== own) : [];
  return [
    ...others.map((label) => ({ label, type: 'variable', detail: 'task' })),
    ...valuesOf(schemas).map((label) => ({ label, type: 'enum' })),
  ];
}

function expressionOffers({ typed, from }: Place, names: Names): Offered {
  const dot = typed.lastIndexOf('.');
  if (dot >= 0) {
    const options = membersOf(typed.slice(0, dot), names).map((label) => ({ label, type: 'property' }));
    return { from: from + dot + 1, options };
  }
  return {
    from,
    options: [
      ...Object.entries(CONTEXTS).map(([label, info]) => ({ label, type: 'namespace', info })),
      ...FUNCTIONS.map((label) => ({ label, type: 'function', apply: `${label}(` })),
    ],
  };
}
