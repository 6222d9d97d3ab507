import { expect, test } from 'vitest';
import type { AlertStatus } from '../../../src/shared/alerts/alert.ts';
import { type Receipt, receiptOf } from '../../../src/shared/alerts/receipt.ts';
import { at } from '../../support/builders.ts';

/** How an alert that comes stands to what is known of it. */

type Told = readonly [status: AlertStatus, startsAt: number];
const told = ([status, startsAt]: Told) => ({ status, startsAt: at(startsAt) });

test.each<[comes: Told, earlier: Told | undefined, Receipt]>([
  [['firing', 5], undefined, 'first'],
  [['resolved', 5], undefined, 'first'],
  [['firing', 5], ['firing', 5], 'repeat'],
  [['firing', 6], ['firing', 5], 'anew'],
  [['firing', 4], ['firing', 5], 'anew'],
  [['firing', 5], ['resolved', 5], 'late'],
  [['firing', 4], ['resolved', 5], 'late'],
  [['firing', 6], ['resolved', 5], 'anew'],
  [['resolved', 5], ['firing', 5], 'end'],
  [['resolved', 6], ['firing', 5], 'end'],
  [['resolved', 5], ['resolved', 5], 'end'],
])('%j after %j is “%s”', (comes, earlier, receipt) => {
  expect(receiptOf(told(comes), earlier && told(earlier))).toBe(receipt);
});
