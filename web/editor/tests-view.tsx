/** The tests of the workflow at hand, beside its text: what they expect is written here, and run by the server in memory. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import type { TestReport } from '../api/model.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { Button, Trouble } from '../ui/parts.tsx';
import type { Validation } from '../workflows/queries.ts';
import { firstTests } from './first-tests.ts';

interface Props {
  readonly namespace: string;
  readonly text: string;
  readonly name: string | undefined;
  /** As it was read last. */
  readonly workflow: Validation['workflows'][number] | undefined;
}

export function TestsView({ namespace, text, name, workflow }: Props) {
  const [kept, setTests] = useKept(`sluice.tests.${namespace}/${name ?? ''}`);
  const tests = kept ?? firstTests(workflow);
  const path = apiPath(namespace, 'test');
  const file = `${name ?? 'workflow'}.yaml`;
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => post<TestReport>(path, { source: text, tests, file }),
  });
  return (
    <div className="flex h-full flex-col gap-3 overflow-auto p-4 text-sm">
      <label className="flex min-h-40 grow flex-col gap-1">
        Tests, as in {name ?? 'workflow'}.test.yaml; kept in this browser
        <textarea
          value={tests}
          spellCheck={false}
          className="min-h-40 grow rounded border border-line bg-page p-2 font-mono text-xs"
          onChange={({ target }) => setTests(target.value)}
        />
      </label>
      <p className="flex items-center gap-2">
        <Button kind="main" disabled={isPending} onClick={() => mutate()}>
          {isPending ? 'Testing…' : 'Test'}
        </Button>
        <span className="text-soft">Stubs stand for all work; nothing is run or stored.</span>
      </p>
      {error ? <Trouble error={error} /> : null}
      {data === undefined ? null : <Report report={data} />}
      <AsCommand
        cli={['test', `${name ?? 'workflow'}.test.yaml`]}
        request={{ method: 'POST', path, body: { source: text, tests, file } }}
      />
    </div>
  );
}

const SIGNS = { passed: '✓', failed: '✗', skipped: '⊘' } as const;
const TINTS = { passed: 'text-ok', failed: 'text-bad', skipped: 'text-soft' } as const;

function Report({ report }: { readonly report: TestReport }) {
  const { passed, failed, skipped, diagnostics, tests } = report;
  return (
    <section aria-label="Result of the tests" aria-live="polite">
      {diagnostics.map((one) => (
        <p key={`${one.file}:${one.line}:${one.column}:${one.code}`} className="text-bad">
          {one.file}:{one.line}: {one.message} {one.hint}
        </p>
      ))}
      {tests.length === 0 ? null : (
        <p className="font-semibold">
          {passed} passed, {failed} failed{skipped > 0 ? `, ${skipped} skipped` : ''}
        </p>
      )}
      <ul>
        {tests.map((test) => (
          <li key={`${test.line}`} className="pt-1">
            <span className={TINTS[test.outcome]}>{SIGNS[test.outcome]}</span> {test.name}
            {test.reason === undefined ? null : <span className="text-soft"> ({test.reason})</span>}
            {test.unmet.map((one) => (
              <p key={`${one.line}:${one.column}:${one.message}`} className="pl-5 text-soft">
                line {one.line}: {one.message}
                {one.why === undefined ? null : `; ${one.why}`}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Text that is kept in this browser. */
function useKept(key: string): [text: string | null, keep: (text: string) => void] {
  const [text, setText] = useState(() => localStorage.getItem(key));
  return [
    text,
    (next) => {
      localStorage.setItem(key, next);
      setText(next);
    },
  ];
}
