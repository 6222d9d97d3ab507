import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Prints what the last test run came to, from the report that the test runner wrote. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  /** A file that could not even be loaded has no failed test, and has failed. */
  numFailedTestSuites: z.number(),
  success: z.boolean(),
});

const report = await readFile('.rampart/test-report.json', 'utf8').catch(() => undefined);
if (report === undefined) {
  console.error('There is no report of a test run: it did not come to its end.');
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} else {
  const { numPassedTests, numFailedTests, numFailedTestSuites, success } = reportSchema.parse(
    JSON.parse(report),
  );
  const failed = numFailedTests === 0 && !success ? Math.max(1, numFailedTestSuites) : numFailedTests;
  console.log(`${numPassedTests} passed, ${failed} failed`);
  process.exitCode = success ? 0 : 1;
}
