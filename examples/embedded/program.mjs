/**
 * A program that brings its own workflow engine: private Redis, orchestrator and worker in this one process, and tasks that are
 * functions of the program itself. Nothing else needs to run.
 *
 *   node examples/embedded/program.mjs
 *
 * Prints how many words each poem has, and the longest. The runs stay in `.sluice` of the current folder: `npx sluice list`
 * shows them, and a run that was cut short goes on when the program is started again.
 */
import { connect, expr, workflow } from 'sluice/sdk';

const poems = {
  haiku: 'an old silent pond / a frog jumps into the pond / splash silence again',
  couplet: 'so long as men can breathe or eyes can see / so long lives this and this gives life to thee',
};

/** What the tasks do. They run in this process, so they could use its database, its caches, its clients. */
const tasks = {
  list: () => ({ names: Object.keys(poems) }),
  count: ({ inputs, log }) => {
    const words = poems[inputs.name].split(/[ /]+/).length;
    log.info(`${inputs.name} has ${words} words`);
    return { words };
  },
};

/** The same as a file would hold. `npx sluice init` shows one; `longest.toYaml()` prints this one. */
const longest = workflow('longest-poem', { inputs: { at_least: { type: 'integer', default: 1 } } }, (w) => {
  const list = w.task('list', {
    uses: 'function',
    with: { name: 'list' },
    outputs: { names: { type: 'array', items: 'string' } },
  });
  const count = w.task('count', {
    uses: 'function',
    with: { name: 'count', args: { name: w.item } },
    foreach: list.outputs.names,
    outputs: { words: 'integer' },
    retry: 2,
  });
  const check = w.task('check', {
    uses: 'transform',
    with: { value: { longest: expr`max(${count.outputs.words})` } },
  });
  w.task('too-short', {
    needs: check,
    if: expr`${check.outputs.longest} < ${w.inputs.at_least}`,
    uses: 'fail',
    with: { message: 'No poem is long enough.' },
  });
  return { names: list.outputs.names, words: count.outputs.words, longest: check.outputs.longest };
});

const sluice = await connect({ embedded: true });
try {
  await sluice.worker({ queues: { default: 4 }, tasks });
  const run = await sluice.start(longest, { at_least: 10 });
  for await (const event of run.events()) {
    if (event.type === 'node.succeeded') console.error(`${event.node} succeeded`);
  }
  console.log(JSON.stringify(await run.result()));
} finally {
  await sluice.close();
}
