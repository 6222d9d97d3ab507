import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import WaitingFirst from './test/support/waitingFirst.ts';

/** Replaces modules and what the app registers with, which no other file may see. */
const replacing = 'test/unit/http/hostile/**/*.test.ts';

/** An end for what hangs, and no measure: on a busy machine a test of a second takes ten. */
const patience = 600_000;

export default defineConfig({
  test: {
    // Many tests wait for processes of their own and for retries in real time, so more of them find room than cores.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: WaitingFirst },
    testTimeout: patience,
    hookTimeout: patience,
    reporters: ['default', ['json', { outputFile: '.rampart/test-report.json' }]],
    projects: [
      // Files share a process, because most take less time than it takes to start one.
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: [replacing], isolate: false },
      },
      { extends: true, test: { name: 'unit-hostile', include: [replacing] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/azurite.setup.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'] } },
    ],
  },
});
