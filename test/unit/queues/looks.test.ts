import { expect, test } from 'vitest';
import { readLook, writeLook } from '../../../src/shared/queues/looks.ts';
import { at } from '../../support/builders.ts';

test('a look survives the queue', () => {
  const due = { round: 'rollouts', at: at(1), id: 'a', since: at(0) } as const;
  for (const look of [{ id: 'a' }, { id: 'a', due }])
    expect(readLook(JSON.parse(JSON.stringify(writeLook(look))))).toEqual(look);
});

test('a message that nobody here wrote is refused', () => {
  expect(() => readLook({ rollout: 'a' })).toThrow();
});
