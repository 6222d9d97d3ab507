import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Replaces modules and what the app registers with, which no other file may see. */
const replacing = 'test/unit/http/hostile/**/*.test.ts';

export default defineConfig({
  test: {
    // Many tests wait for processes of their own and for retries in real time: one file more than cores finds room.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', ['json', { outputFile: '.rampart/test-report.json' }]],
    projects: [
      // Property tests are quick, but not on a machine that does something else as well. Files share a process, because
      // most take less time than it takes to start one.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: [replacing],
          isolate: false,
          testTimeout: 20_000,
        },
      },
      { test: { name: 'unit-hostile', include: [replacing] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/azurite.setup.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // An end for what hangs, and no measure: some take half a minute, and longer beside others.
          testTimeout: 150_000,
          hookTimeout: 150_000,
        },
      },
    ],
  },
});
