import { describe, expect, it } from 'vitest';
import { readYamlData } from '../../dsl/index.ts';
import { places } from './diagnose.ts';

const read = (text: string) => readYamlData({ path: 'inputs.yaml', text });

describe('a YAML file of data', () => {
  it('is read by the rules of workflows: YAML 1.2, aliases expanded', () => {
    expect(read('\uFEFFday: &d 2014-01-01\nflag: yes\nlist: [1, *d]\n')).toEqual({
      data: { day: '2014-01-01', flag: 'yes', list: [1, '2014-01-01'] },
      diagnostics: [],
    });
  });

  it('gives no data, but all mistakes, when anything is wrong', () => {
    const { data, diagnostics } = read('a: 1\na: 2\nb: !!str x\n');
    expect(data).toBeUndefined();
    expect(places(diagnostics)).toEqual(['duplicate_key@2:1', 'yaml_tag@3:10']);
    expect(read('a: [1\n').data).toBeUndefined();
  });

  it('is told from a workflow when it is empty', () => {
    expect(read('').diagnostics[0]?.message).toBe('The file holds no data.');
  });
});
