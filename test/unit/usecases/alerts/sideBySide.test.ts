import { expect, test } from 'vitest';
import { sideBySide } from '../../../../src/shared/usecases/alerts/sideBySide.ts';

test('results come in the order of the items, whichever is done first', async () => {
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const asked = sideBySide([0, 1, 2], 3, async (item) => {
    await gates[item]?.promise;
    return item;
  });
  for (const gate of gates.toReversed()) gate.resolve();
  expect(await asked).toEqual([0, 1, 2]);
});

test('no more are at work than may be, and every one gets its turn', async () => {
  let working = 0;
  let most = 0;
  const done = await sideBySide([...Array(20).keys()], 4, async (item) => {
    most = Math.max(most, ++working);
    await Promise.resolve();
    working--;
    return item;
  });
  expect(most).toBe(4);
  expect(done).toHaveLength(20);
});

test('the first that fails fails the whole', async () => {
  await expect(sideBySide([1, 2], 1, (item) => Promise.reject(new Error(`${item}`)))).rejects.toThrow('1');
});
