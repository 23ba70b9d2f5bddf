/** The README leads to every page, and to nothing that is not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const links = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(
  ([, target]) => target ?? '',
);

it('leads to every page of docs/', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
  expect(pages.filter((page) => !links.includes(`docs/${page}`))).toEqual([]);
});

it('leads nowhere else', () => {
  const inside = links.filter((target) => !/^[a-z]+:/.test(target));
  expect(inside.length).toBeGreaterThan(20);
  expect(inside.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
});
