/** The table of `docs/trigger-rules.md`, printed from the rules themselves; a test compares. */
import { TRIGGER_RULE_NAMES, TRIGGER_RULES, type TriggerRuleRow } from '../engine/core/trigger-rule.ts';

const BOUNDS: readonly (readonly [keyof TriggerRuleRow['runWhen'], string])[] = [
  ['noS', 'no S'],
  ['noF', 'no F'],
  ['noK', 'no K'],
  ['someS', 'S ≥ 1'],
  ['someF', 'F ≥ 1'],
  ['someSorF', 'S + F ≥ 1'],
];

/** Markdown. */
export function triggerRuleTable(): string {
  const rows = TRIGGER_RULE_NAMES.map((name) => {
    const row: TriggerRuleRow = TRIGGER_RULES[name];
    return `| \`${name}\` | ${runsWhen(row)} | ${otherwise(row)} | ${row.early ? 'yes' : ''} |`;
  });
  return ['| rule | runs when | otherwise | may run early |', '|---|---|---|---|', ...rows].join('\n');
}

function runsWhen({ runWhen, early }: TriggerRuleRow): string {
  const bounds = BOUNDS.filter(([bound]) => runWhen[bound]).map(([, words]) => words);
  if (bounds.length > 0) return bounds.join(' and ');
  return early ? 'at once' : 'always';
}

function otherwise({ runWhen, otherwise: other }: TriggerRuleRow): string {
  if (Object.keys(runWhen).length === 0) return '–';
  if (other === 'skipped') return '`skipped`';
  // A rule that only fails on F never has another reason not to run.
  const onlyF = runWhen.noF && Object.keys(runWhen).length === 1;
  return onlyF ? '`upstream_failed`' : '`upstream_failed` if any F, else `skipped`';
}
