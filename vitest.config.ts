import { defineConfig } from 'vitest/config';

/** The whole as people have it: the built program, browsers, containers, a package. `test/architecture.test.ts` says which these are. */
const SYSTEM = 'test/**/*.system.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files share the modules of their worker: loading the engine anew for each of two hundred takes longer than most of them.
    isolate: false,
    // Much of what they do is waiting for processes.
    maxWorkers: 4,
    projects: [
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [SYSTEM] } },
      { extends: true, test: { name: 'system', include: [SYSTEM] } },
    ],
  },
});
