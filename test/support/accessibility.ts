/** What axe finds on a page, and what stands beside a narrow screen. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Rules of which the findings depend on the colours. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** By all rules in the light, and by those of colours in the dark, where nothing else is another. A line for each finding. */
export async function axeFindings(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // All is in one document: no second page is needed to put findings of frames together.
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    if (colorScheme === 'dark') axe.withRules(COLOUR_RULES);
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations)
      found.push(`${name} ${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }
  return found;
}
