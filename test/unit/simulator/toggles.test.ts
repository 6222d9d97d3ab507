import { expect, test } from 'vitest';
import { changeToggles, defaultToggles, togglesSchema } from '../../simulator/toggles.ts';

test('a change keeps the other toggles as they are', () => {
  const once = changeToggles(defaultToggles, { percentageDecrease: 'refused' });
  expect(changeToggles(once, { requestsPerMinute: 20 })).toEqual({
    ...defaultToggles,
    percentageDecrease: 'refused',
    requestsPerMinute: 20,
  });
});

test('an unknown toggle and a wrong value are named', () => {
  expect(() => changeToggles(defaultToggles, { percentageIncrease: 'refused' })).toThrow(
    /percentageIncrease/,
  );
  expect(() => changeToggles(defaultToggles, { percentageDecrease: 'maybe' })).toThrow(/percentageDecrease/);
});

test('each of the twenty open questions of the contract has a toggle, and each toggle its sentence', () => {
  const sentences = Object.values(togglesSchema.shape).map((toggle) => toggle.description ?? '');
  expect(sentences.filter((sentence) => !/^(\d+|Beyond the list.*?): .+\.$/.test(sentence))).toEqual([]);
  const numbers = new Set(
    sentences.map((sentence) => Number.parseInt(sentence, 10)).filter(Number.isInteger),
  );
  expect([...numbers].sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});
