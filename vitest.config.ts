import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files share the modules of their worker: loading the engine anew for each of two hundred takes longer than most of them.
    isolate: false,
    // Much of what they do is waiting for processes.
    maxWorkers: 4,
  },
});
