// Each picture: its name, light or dark, where, what is there when it is ready, and what is done before it is taken.

/** @param space address of the namespace, `…/ns/default` */
export function shotsOf(space, { failed, waiting, loaded }) {
  const { origin } = new URL(space);
  const run = (id, search = '') => `${space}/runs/${id}${search}`;
  const button = (name) => (page) => page.getByRole('button', { name }).first().click();
  const tab = (name) => (page) => page.getByRole('tab', { name }).first().click();
  return [
    ['overview', 'light', space, 'Overview'],
    ['runs', 'dark', `${space}/runs`, failed],
    ['filter', 'light', `${space}/runs?status=failed,running&label=team=data&awaiting=true`, waiting],
    [
      'bulk',
      'light',
      `${space}/runs?workflow=prices`,
      waiting,
      async (page) => {
        await page.getByLabel('Choose all that are shown').check();
        await page.getByRole('button', { name: /^Cancel \d/ }).click();
      },
    ],
    [
      'palette',
      'dark',
      space,
      'Overview',
      async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByPlaceholder(/A page, a workflow/).fill('pri');
      },
    ],
    ['keys', 'light', space, 'Overview', (page) => page.keyboard.press('?')],
    ['preferences', 'dark', space, 'Overview', button('this folder')],
    ['run-failed', 'light', run(failed, '?node=check'), 'prices_2023'],
    ['run-approval', 'dark', run(waiting, '?node=approve'), 'It waits for an approval'],
    ['run-waterfall', 'light', run(waiting, '?view=waterfall'), 'an attempt at work'],
    [
      'run-steps',
      'dark',
      run(waiting, '?view=steps'),
      'resize',
      (page) => page.getByText('▸').first().click(),
    ],
    ['run-values', 'light', run(failed, '?view=values'), 'Inputs'],
    ['run-events', 'dark', run(failed, '?view=events'), 'check'],
    ['retry', 'light', run(failed), 'check failed', button('Retry failed…')],
    [
      'rerun',
      'dark',
      run(failed, '?node=check'),
      'check failed',
      async (page) => {
        await button('Run again from check…')(page);
        await page.getByRole('dialog').getByText('Other inputs').click();
      },
    ],
    ['cancel', 'light', run(waiting), 'approve waits', button('Cancel…')],
    [
      'log',
      'dark',
      run(loaded, '?node=read&attempt=2'),
      'part 5 of 5',
      (page) => page.getByPlaceholder('Search the log').fill('part'),
    ],
    ['attempts', 'light', run(loaded, '?node=read&attempt=2&beside=1'), 'connection reset'],
    ['artifact', 'dark', run(loaded, '?node=read'), 'part 5 of 5', tab('Outputs')],
    ['sub-workflow', 'light', run(loaded, '?node=nightly'), 'nightly'],
    ['workflows', 'light', `${space}/workflows`, 'prices'],
    ['workflow', 'dark', `${space}/workflows/prices`, 'All runs of prices'],
    ['triggers', 'light', `${space}/workflows/prices?view=triggers`, 'Europe/Berlin'],
    ['versions', 'dark', `${space}/workflows/prices?view=versions&from=1&to=2`, 'sleep 0.2'],
    ['start', 'light', `${space}/workflows/prices/start`, 'Start the run'],
    ['editor', 'dark', `${space}/workflows/prices/edit`, 'No problems'],
    ['editor-help', 'light', `${space}/workflows/prices/edit`, 'No problems', tab('help')],
    [
      'editor-mistake',
      'dark',
      `${space}/new-workflow`,
      'No problems',
      async (page) => {
        await page.getByRole('textbox', { name: 'Workflow file, YAML' }).click();
        await page.keyboard.press('Control+a');
        await page.keyboard.insertText(
          'name: hello\ntasks:\n  hello:\n    run: echo hello\n    descripton: greets\n',
        );
        await page.getByText('unknown_key').first().waitFor();
      },
    ],
    ['editor-plan', 'light', `${space}/workflows/prices/edit`, 'No problems', tab('plan')],
    ['schedules', 'light', `${space}/schedules`, 'nightly'],
    ['try', 'dark', `${space}/schedules`, 'nightly', button('Try an expression…')],
    ['queues', 'light', `${origin}/queues`, 'No worker serves it'],
    ['workers', 'dark', `${origin}/workers`, 'alive'],
    ['limits', 'light', `${space}/limits`, 'warehouse'],
    ['audit', 'dark', `${origin}/audit`, 'workflow.create'],
    ['empty', 'light', `${space}/notifications`, 'Notifications'],
    ['phone', 'dark', run(waiting), 'approve waits', undefined, { width: 390, height: 844 }],
  ];
}
