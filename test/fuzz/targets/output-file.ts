/** What a process leaves in `$SLUICE_OUTPUT`: outputs, or an error that names a line. */
import type { ValueSpec } from '../../../engine/core/plan.ts';
import { OutputSyntaxError, parseOutputFile } from '../../../executors/shell/output-file.ts';
import type { Random } from '../../simulation/random.ts';
import { demand, type FuzzTarget } from '../target.ts';

const DECLARED: { readonly [name: string]: ValueSpec } = {
  rows: { type: 'integer' },
  share: { type: 'number' },
  ok: { type: 'boolean' },
  list: { type: 'array', items: { type: 'integer' } },
  object: { type: 'object' },
  color: { type: 'enum', enum: ['red', 1, null] },
};

export const outputFile: FuzzTarget = {
  name: 'output-file',
  draw: (dice) =>
    Array.from({ length: dice.int(1, 8) }, () => drawEntry(dice)).join(dice.pick(['\n', '\r\n'])),
  check(text) {
    for (const declared of [undefined, DECLARED]) {
      try {
        const outputs = parseOutputFile(text, declared);
        demand(Object.getPrototypeOf(outputs) === Object.prototype, 'outputs with a prototype of their own');
        demand(JSON.stringify(outputs) !== undefined, 'outputs that are no JSON');
      } catch (thrown) {
        if (!(thrown instanceof OutputSyntaxError)) throw thrown;
        demand(thrown.line >= 1 && thrown.line <= text.split('\n').length, `an error at line ${thrown.line}`);
      }
    }
  },
};

function drawEntry(dice: Random): string {
  const name = dice.pick(['a', 'rows', 'share', 'ok', 'list', 'object', 'color', '__proto__', 'constructor']);
  const value = dice.pick(['1', '1e999', ' 7 ', 'true', '[1]', '{}', '{"a":', '""', 'red', 'a=b', '\\', '']);
  const json = dice.pick([
    '{"a":1}',
    '{\n"a": "}"\n}',
    '{"__proto__":{"x":1}}',
    '{"a":"\\""}',
    '{}{}',
    '{"a":"{"',
  ]);
  return dice.pick([`${name}=${value}`, `${name}<<EOF\n${value}\n${json}\nEOF`, `${name}<<X`, json]);
}
