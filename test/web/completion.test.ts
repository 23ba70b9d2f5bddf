/** What the editor offers and tells at a place of the text, by the schema that the server serves. `|` is the cursor. */
import { describe, expect, it } from 'vitest';
import { workflowJsonSchema } from '../../dsl/index.ts';
import { FUNCTIONS as OF_ENGINE } from '../../engine/core/expression/index.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { offersAt } from '../../web/editor/completion.ts';
import { FUNCTIONS } from '../../web/editor/expression-words.ts';
import { type Schema, schemasAt } from '../../web/editor/schema-walk.ts';
import { keyAt, placeAt } from '../../web/editor/yaml-place.ts';

const SCHEMA = workflowJsonSchema(builtinExecutors()) as unknown as Schema;
const HEAD = `name: report
inputs:
  year: { type: integer }
  city: {}
tasks:
  fetch: { run: echo }
  split:
    needs: fetch
`;

function offered(text: string): string[] {
  const at = text.indexOf('|');
  const whole = text.replace('|', '');
  return offersAt(SCHEMA, whole, placeAt(whole, at)).options.map(({ label }) => label);
}

function helpOf(text: string): readonly string[] {
  return keyAt(text.replace('|', ''), text.indexOf('|'));
}

describe('the editor offers', () => {
  it('keys of the workflow that are not there yet', () => {
    const keys = offered('name: a\nt|');
    expect(keys).toContain('tasks');
    expect(keys).toContain('triggers');
    expect(keys).not.toContain('name');
    expect(offered('n|\nname: a')).not.toContain('name');
  });

  it('keys of a task, on its lines and within braces', () => {
    expect(offered(`${HEAD}    r|`)).toEqual(expect.arrayContaining(['run', 'retry', 'timeout']));
    expect(offered(`${HEAD}    r|`)).not.toContain('needs');
    const inline = offered(`${HEAD}  last: { needs: split, r|`);
    expect(inline).toContain('run');
    expect(inline).not.toContain('needs');
    expect(offered(`${HEAD}    retry: { attempts: 3, |`)).toEqual(
      expect.arrayContaining(['delay', 'backoff', 'jitter']),
    );
    expect(offered(`${HEAD}    retry:\n      b|`)).toContain('backoff');
  });

  it('other tasks where one is needed', () => {
    expect(offered(`${HEAD}  last:\n    needs: |`)).toEqual(expect.arrayContaining(['fetch', 'split']));
    expect(offered(`${HEAD}  last:\n    needs: |`)).not.toContain('last');
    expect(offered(`${HEAD}  last:\n    needs: [fetch, |`)).toContain('split');
    expect(offered(`${HEAD}  last:\n    needs:\n      - |`)).toEqual(
      expect.arrayContaining(['fetch', 'task']),
    );
    expect(offered(`${HEAD}  last:\n    needs:\n    - task: |`)).toContain('fetch');
  });

  it('executors, and the options of the one that is used', () => {
    expect(offered(`${HEAD}    uses: |`)).toEqual(expect.arrayContaining(['http', 'docker', 'approval']));
    expect(offered(`${HEAD}    uses: http\n    with:\n      |u`)).toEqual(
      expect.arrayContaining(['url', 'method', 'headers']),
    );
    expect(offered(`${HEAD}    uses: http\n    with:\n      |u`)).not.toContain('image');
    expect(offered(`${HEAD}  one: { uses: docker, with: { |`)).toContain('image');
  });

  it('values that are named one by one', () => {
    expect(offered(`${HEAD}    trigger_rule: |`)).toContain('all_done');
    expect(offered(`${HEAD}    allow_failure: |`)).toEqual(['true', 'false']);
    expect(offered('triggers:\n  - cron: "* * * * *"\n    overlap: |')).toEqual(
      expect.arrayContaining(['skip', 'queue']),
    );
    expect(offered('triggers:\n  - cron: "* * * * *"\n    c|')).toContain('catchup');
  });

  it('contexts, names and functions in expressions', () => {
    expect(offered(`${HEAD}    env: { A: "\${{ |`)).toEqual(
      expect.arrayContaining(['inputs', 'tasks', 'default']),
    );
    expect(offered(`${HEAD}    env: { A: "\${{ inputs.|`)).toEqual(['year', 'city']);
    expect(offered(`${HEAD}    env: { A: "\${{ tasks.fe|`)).toEqual(['fetch', 'split']);
    expect(offered(`${HEAD}    env: { A: "\${{ tasks.fetch.|`)).toContain('outputs');
    expect(offered(`${HEAD}    if: run.|`)).toContain('logical_time');
  });

  it('nothing within scripts and comments', () => {
    expect(offered(`${HEAD}    run: |\n      ec`.replace('|\n', '>\n').concat('|'))).toEqual([]);
    expect(offered(`${HEAD}    # n|`)).toEqual([]);
  });

  it('no function that there is not, and each that there is', () => {
    expect([...FUNCTIONS].sort()).toEqual([...OF_ENGINE.keys()].sort());
  });
});

describe('the help is about', () => {
  it('the key under the cursor, also behind its colon', () => {
    expect(helpOf(`${HEAD}    ret|ry: 3`)).toEqual(['tasks', 'split', 'retry']);
    expect(helpOf(`${HEAD}    retry: 3|`)).toEqual(['tasks', 'split', 'retry']);
    expect(helpOf('triggers:\n  - cr|on: x')).toEqual(['triggers', '[]', 'cron']);
    const [first] = schemasAt(SCHEMA, ['tasks', 'split', 'retry']);
    expect(first?.description).toBeTruthy();
  });
});
