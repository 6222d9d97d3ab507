import { expect, test } from 'vitest';
import { costOf, total } from '../../bench/cost.ts';
import type { Transaction } from '../../bench/transaction.ts';

const onTable = (kind: Transaction['kind'], name: string, rows = 1): Transaction => ({
  service: 'table',
  ...{ kind, name, rows },
});
const onQueue = (kind: Transaction['kind'], rows = 1): Transaction => ({
  service: 'queue',
  name: 'rampart-advance',
  ...{ kind, rows },
});

test('nothing costs nothing', () => {
  const cost = costOf([], []);
  expect(cost).toEqual({ tables: {}, rowsRead: 0, queue: {}, store: {} });
  expect(total(cost.tables)).toBe(0);
});

test('transactions are counted by kind and table, batches by their rows as well', () => {
  const { tables } = costOf(
    [
      onTable('delete', 'rampartDue'),
      onTable('batch', 'rampartRollouts', 3),
      onTable('delete', 'rampartDue'),
      onTable('batch', 'rampartRollouts', 1),
    ],
    [],
  );
  expect(tables).toEqual({ 'delete Due': 2, 'batch Rollouts (3 rows)': 1, 'batch Rollouts (1 row)': 1 });
  expect(total(tables)).toBe(4);
});

test('the order of what happens does not show', () => {
  const one = [onTable('upsert', 'rampartDue'), onTable('get', 'rampartRollouts')];
  expect(JSON.stringify(costOf(one, []))).toBe(JSON.stringify(costOf(one.toReversed(), [])));
});

test('only queries and scans read rows in numbers', () => {
  const transactions = [
    onTable('query', 'rampartDue', 2),
    onTable('scan', 'rampartDue', 40),
    onTable('get', 'rampartDue', 1),
    onTable('batch', 'rampartDue', 100),
  ];
  expect(costOf(transactions, []).rowsRead).toBe(42);
});

test('the queue is the platform’s own column, and polls that find nothing are in none', () => {
  const { tables, queue } = costOf([onQueue('idle poll', 0), onQueue('put'), onQueue('get')], []);
  expect({ tables, queue }).toEqual({ tables: {}, queue: { get: 1, put: 1 } });
});

const submission =
  '/v1.0/my/applications/9NBLGGH4R315/flights/7bfc11d5-f710-47c5-8a98-e04bb5aad310/submissions/1152';

test.each([
  [`${submission}/packagerollout`, 'GET packagerollout'],
  [`${submission}/status?x=/y`, 'GET status'],
  [submission, 'GET submissions/{id}'],
  ['/v1.0/my/applications/9NBLGGH4R315', 'GET applications/{id}'],
  ['/v1.0/my/applications/9NBLGGH4R315/flights/7bfc11d5-f710-47c5-8a98-e04bb5aad310', 'GET flights/{id}'],
  ['/v1.0/my/analytics/failurehits?applicationId=9NBLGGH4R315', 'GET failurehits'],
])('the Store’s %s is counted as %s', (path, name) => {
  expect(costOf([], [{ method: 'GET', path }]).store).toEqual({ [name]: 1 });
});
