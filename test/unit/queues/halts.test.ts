import { expect, test } from 'vitest';
import { readHalt } from '../../../src/shared/queues/halts.ts';
import { fresh } from '../../support/builders.ts';

test('a halt survives the queue', () => {
  const message = { id: fresh().id };
  expect(readHalt(JSON.parse(JSON.stringify(message)))).toEqual(message);
});

test.each([undefined, null, 'a', {}, { id: 1 }, { rollout: 'a' }])(
  'a message that nobody here wrote is refused: %j',
  (message) => {
    expect(() => readHalt(message)).toThrow();
  },
);
