import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Budget, requestLanes, take, untouched } from '../../../src/shared/budget/budget.ts';
import { fromBudgetRow, toBudgetRow } from '../../../src/shared/state/budgetColumns.ts';

const start = Date.parse('2026-03-02T00:00:00.000Z');

const claims = fc
  .array(fc.record({ afterMs: fc.nat({ max: 70_000 }), lane: fc.constantFrom(...requestLanes) }), {
    maxLength: 50,
  })
  .map((list) => {
    let at = start;
    return list.map(({ afterMs, lane }) => {
      at += afterMs;
      return { at, lane };
    });
  });

test('what was written is read', () => {
  const instant = fc.integer({ min: start, max: start + 86_400_000 });
  const closings = fc.option(fc.record({ at: instant, until: instant }), { nil: undefined });
  fc.assert(
    fc.property(claims, closings, (taken, closed) => {
      const budget: Budget = { taken, ...(closed && { closed }) };
      expect(fromBudgetRow(toBudgetRow('contoso', budget))).toEqual(budget);
    }),
  );
});

test('as many as the highest limit allows fit into a column', () => {
  const limit = 5_000;
  let budget = untouched;
  for (let one = 0; one < limit; one++) {
    const taking = take(budget, 'halt', start + one * 13, limit);
    if (taking.kind === 'taken') budget = taking.budget;
  }
  const { taken } = toBudgetRow('contoso', budget);
  expect(fromBudgetRow(toBudgetRow('contoso', budget)).taken).toHaveLength(limit);
  // A text column holds 64 KiB of UTF-16.
  expect(String(taken).length).toBeLessThan(32 * 1024);
});

test.each<[string, Record<string, unknown>, Budget]>([
  ['no row of a budget', { since: 1 }, untouched],
  [
    'a word that is none',
    { since: '2026-03-02T00:00:00.000Z', taken: '0p x 5q 10h' },
    {
      taken: [
        { at: start, lane: 'poll' },
        { at: start + 10, lane: 'halt' },
      ],
    },
  ],
  [
    'half a closing',
    { since: '2026-03-02T00:00:00.000Z', taken: '', closedAt: '2026-03-02T00:00:00.000Z' },
    untouched,
  ],
])('%s, written by hand, is read as far as it can be', (_, row, budget) => {
  expect(fromBudgetRow(row)).toEqual(budget);
});
