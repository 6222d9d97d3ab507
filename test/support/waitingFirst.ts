import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What waits in real time: for a minute of the Store's, for a queue's next try, for a demo to play. */
const waiting = [
  'test/e2e/haltFaults.test.ts',
  'test/e2e/budget.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/haltKill.test.ts',
  'test/e2e/submissionBig.test.ts',
];

/** Starts with the files that wait for long, so that all others are done meanwhile and not after them. */
export default class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWaiting = ({ moduleId }: TestSpecification) => waiting.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isWaiting), ...sorted.filter((file) => !isWaiting(file))];
  }
}
