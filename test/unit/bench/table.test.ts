import { expect, test } from 'vitest';
import type { ImportCost } from '../../bench/importTime.ts';
import { importTable, markdownTable, packagesTable, requestsTable } from '../../bench/table.ts';

test('columns line up, numbers to the right', () => {
  expect(
    markdownTable(
      [
        ['what', 'times'],
        ['quiet pass', '5'],
        ['a', '100'],
      ],
      [1],
    ),
  ).toBe(
    [
      '| what       | times |', //
      '| ---------- | ----: |',
      '| quiet pass |     5 |',
      '| a          |   100 |',
    ].join('\n'),
  );
});

test('a row that ends early is filled up', () => {
  expect(markdownTable([['one', 'two'], ['1']])).toContain('| 1   |     |');
});

const cellsOf = (table: string, row: number): string[] =>
  (table.split('\n')[row + 2] ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('requests are shown as totals and as what they are made of', () => {
  const cost = {
    tables: { 'delete Due': 2, 'get Rollouts': 1 },
    rowsRead: 7,
    queue: { delete: 1, get: 1 },
    store: { 'GET packagerollout': 2 },
  };
  const table = requestsTable([
    { what: 'raise', trigger: 'queue', telemetry: 'pushed', cost },
    { what: 'idle', trigger: 'timer', cost: { tables: {}, rowsRead: 0, queue: {}, store: {} } },
  ]);
  expect(cellsOf(table, 0)).toEqual([
    ...['raise, pushed', 'queue', '3', '2 × delete Due, get Rollouts'],
    ...['7', 'delete, get', '2', '2 × GET packagerollout'],
  ]);
  expect(cellsOf(table, 1)).toEqual(['idle', 'timer', '0', '–', '0', '–', '0', '–']);
});

const twice = { rampart: 200, empty: 100, ratio: { median: 2, least: 1.5, most: 2.504 } };
const cost: ImportCost = {
  pairs: 11,
  rampart: {
    bytes: 2_048,
    modules: 9,
    packages: [
      ['zod', 1_024],
      ['leven', 512],
    ],
  },
  empty: { bytes: 1_024, modules: 3, packages: [] },
  quantities: { readyMs: twice, importMs: twice, peakRssBytes: twice, heapUsedBytes: twice },
};

test('sizes are exact ratios, and what was measured has its range', () => {
  const table = importTable(cost);
  expect(cellsOf(table, 0)).toEqual(['size', '2 KiB', '1 KiB', '2.00 ×', 'exact']);
  expect(cellsOf(table, 1)).toEqual(['modules', '9', '3', '3.00 ×', 'exact']);
  expect(cellsOf(table, 2).slice(1)).toEqual(['200 ms', '100 ms', '2.00 ×', '1.50 × to 2.50 ×']);
});

test('only the heaviest packages are named, with their share of the bundle', () => {
  const table = packagesTable(cost, 1);
  expect(cellsOf(table, 0)).toEqual(['zod', '1 KiB', '50 %']);
  expect(table).not.toContain('leven');
});
