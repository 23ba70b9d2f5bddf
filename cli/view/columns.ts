/** Text in columns of a terminal: widths as they are shown, not as they are stored. */
import stringWidth from 'string-width';

/** Cuts harmless text (see plain-text.ts) without colors to a width, with `…` where something is missing. */
export function cutTo(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (stringWidth(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A table with titles; cells may hold colors. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[i] ?? '')), stringWidth(title)),
  );
  const format = (cells: readonly string[]) =>
    columns
      .map(({ isNumber }, i) => {
        const [cell, width] = [cells[i] ?? '', widths[i] ?? 0];
        return isNumber ? ' '.repeat(Math.max(0, width - stringWidth(cell))) + cell : padTo(cell, width);
      })
      .join('  ')
      .trimEnd();
  return [format(columns.map(({ title }) => title)), ...rows.map(format)];
}
