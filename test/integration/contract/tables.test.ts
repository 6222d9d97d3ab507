import { odata, RestError, type TransactionAction } from '@azure/data-tables';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../../../src/shared/state/table.ts';
import { refusal, rowKeysOf, subjects } from './tables.fixture.ts';

/**
 * What the state relies on in Azure Tables, asked alike of Azurite and of the table in memory that the simulation uses, so
 * that the latter cannot flatter. Where the two differ, the table in memory follows Azure, and the test says so.
 */
describe.each(subjects)('$name', ({ open, transactional }) => {
  let table: Table;
  beforeEach(async () => {
    table = await open();
  });

  const key = { partitionKey: 'p', rowKey: 'r' };
  const row = { ...key, text: 'one', count: 1, share: 0.5, flag: true };

  describe('one row', () => {
    test('comes back as it was created, with its keys, ETag and time', async () => {
      await table.createEntity(row);
      const read = await table.getEntity('p', 'r');
      expect(read).toMatchObject(row);
      expect(read.etag).toBeTypeOf('string');
      expect(Date.parse(read.timestamp ?? '')).not.toBeNaN();
    });

    test('is 404 where there is none, and the error is the SDK’s', async () => {
      const error = await table.getEntity('p', 'nobody').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RestError);
      expect(error).toMatchObject({
        statusCode: 404,
        details: { odataError: { code: 'ResourceNotFound' } },
      });
    });

    test('is created once: the second time is 409 and changes nothing', async () => {
      await table.createEntity(row);
      expect(await refusal(table.createEntity({ ...row, text: 'two' }))).toBe(409);
      expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'one' });
    });

    test('keeps its ETag while nobody writes it, and gets another at each write, the same content included', async () => {
      await table.createEntity(row);
      const first = (await table.getEntity('p', 'r')).etag;
      expect((await table.getEntity('p', 'r')).etag).toBe(first);
      await table.updateEntity(row, 'Replace');
      expect((await table.getEntity('p', 'r')).etag).not.toBe(first);
    });

    test('keeps empty strings, quotes and what lies outside of ASCII', async () => {
      const odd = { ...key, empty: '', quoted: `it's "so"`, odd: 'Ωмега 👩‍🚀' };
      await table.createEntity(odd);
      expect(await table.getEntity('p', 'r')).toMatchObject(odd);
    });

    test.each(['a/b', 'a\\b', 'a#b', 'a?b', 'a\tb'])('cannot have the key %j', async (rowKey) => {
      expect(await refusal(table.createEntity({ partitionKey: 'p', rowKey }))).toBe(400);
    });

    test('has no column for what is undefined', async () => {
      await table.createEntity({ ...key, text: undefined });
      expect(await table.getEntity('p', 'r')).not.toHaveProperty('text');
    });
  });

  describe('a change', () => {
    test('by Merge keeps the other columns, by Replace it does not', async () => {
      await table.createEntity(row);
      await table.updateEntity({ ...key, text: 'merged' }, 'Merge');
      expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'merged', count: 1 });
      await table.updateEntity({ ...key, text: 'replaced' }, 'Replace');
      expect(await table.getEntity('p', 'r')).not.toHaveProperty('count');
    });

    test('of a row that is not there is 404, and creates none', async () => {
      expect(await refusal(table.updateEntity(row, 'Replace'))).toBe(404);
      expect(await refusal(table.updateEntity(row, 'Merge'))).toBe(404);
      expect(await refusal(table.getEntity('p', 'r'))).toBe(404);
    });

    test.each(['Merge', 'Replace'] as const)(
      'by %s with the ETag that was read goes through once',
      async (mode) => {
        await table.createEntity(row);
        const { etag } = await table.getEntity('p', 'r');
        await table.updateEntity({ ...row, text: 'first' }, mode, { etag });
        expect(await refusal(table.updateEntity({ ...row, text: 'second' }, mode, { etag }))).toBe(412);
        expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'first' });
      },
    );

    test('gives the ETag that the row has afterwards', async () => {
      await table.createEntity(row);
      const answer = await table.updateEntity({ ...row, text: 'two' }, 'Replace');
      expect(answer.etag).toBe((await table.getEntity('p', 'r')).etag);
    });

    test('by upsert creates or changes', async () => {
      await table.upsertEntity(row, 'Replace');
      await table.upsertEntity({ ...key, text: 'two' }, 'Merge');
      expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'two', count: 1 });
      await table.upsertEntity({ ...key, text: 'three' }, 'Replace');
      expect(await table.getEntity('p', 'r')).not.toHaveProperty('count');
    });
  });

  describe('a removal', () => {
    test('takes the row; a second one is 404', async () => {
      await table.createEntity(row);
      await table.deleteEntity('p', 'r');
      expect(await refusal(table.getEntity('p', 'r'))).toBe(404);
      expect(await refusal(table.deleteEntity('p', 'r'))).toBe(404);
    });

    test('with an ETag that is old is 412, and takes nothing', async () => {
      await table.createEntity(row);
      const { etag } = await table.getEntity('p', 'r');
      await table.updateEntity({ ...row, text: 'two' }, 'Replace');
      expect(await refusal(table.deleteEntity('p', 'r', { etag }))).toBe(412);
      expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'two' });
    });
  });

  describe('a query', () => {
    const rows: readonly [string, string, number][] = [
      ['a', 'journal.1', 1],
      ['a', 'journal.10', 2],
      ['a', 'journal.2', 3],
      ['a', 'journal0', 4],
      ['a', "o'brien", 5],
      ['b', 'journal.1', 6],
    ];
    beforeEach(async () => {
      for (const [partitionKey, rowKey, count] of rows)
        await table.createEntity({
          partitionKey,
          rowKey,
          count,
          even: count % 2 === 0,
          phase: `phase${count % 2}`,
        });
    });

    test.each([
      [
        'everything, by partition and row key',
        undefined,
        ['journal.1', 'journal.10', 'journal.2', 'journal0', "o'brien", 'journal.1'],
      ],
      ['one partition', odata`PartitionKey eq ${'b'}`, ['journal.1']],
      [
        'a range of row keys, by their code units',
        odata`PartitionKey eq ${'a'} and RowKey ge ${'journal.'} and RowKey lt ${'journal/'}`,
        ['journal.1', 'journal.10', 'journal.2'],
      ],
      ['a quote in a key', odata`RowKey eq ${"o'brien"}`, ["o'brien"]],
      ['a text column', odata`PartitionKey eq ${'a'} and phase eq ${'phase0'}`, ['journal.10', 'journal0']],
      ['a number', odata`count gt ${4}`, ["o'brien", 'journal.1']],
      ['a boolean', odata`PartitionKey eq ${'a'} and even eq ${true}`, ['journal.10', 'journal0']],
      ['one of two', odata`count eq ${1} or count eq ${6}`, ['journal.1', 'journal.1']],
      [
        'brackets and a negation',
        odata`PartitionKey eq ${'a'} and not (count lt ${4} or count gt ${4})`,
        ['journal0'],
      ],
      ['a column that no row has', odata`nobody eq ${'x'}`, []],
    ])('finds %s', async (_name, filter, expected) => {
      const found = await rowKeysOf(
        table.listEntities(filter === undefined ? {} : { queryOptions: { filter } }),
      );
      expect(found).toEqual(expected);
    });

    test('gives only the selected columns, and the ETag', async () => {
      const filter = odata`PartitionKey eq ${'b'}`;
      const rows = table.listEntities({ queryOptions: { filter, select: ['rowKey', 'count'] } });
      const { value } = await rows.next();
      expect(value).toMatchObject({ rowKey: 'journal.1', count: 6 });
      expect(value?.etag).toBeTypeOf('string');
      expect(value).not.toHaveProperty('phase');
    });

    test('comes in pages that go on where the last one ended', async () => {
      const filter = odata`PartitionKey eq ${'a'}`;
      const seen: string[] = [];
      let continuationToken: string | undefined;
      do {
        const pages = table
          .listEntities({ queryOptions: { filter } })
          .byPage({ maxPageSize: 2, ...(continuationToken !== undefined && { continuationToken }) });
        const { value } = await pages.next();
        expect(value?.length).toBeLessThanOrEqual(2);
        for (const { rowKey } of value ?? []) seen.push(rowKey ?? '');
        continuationToken = value?.continuationToken;
      } while (continuationToken !== undefined);
      expect(seen).toEqual(['journal.1', 'journal.10', 'journal.2', 'journal0', "o'brien"]);
    });

    test('goes on by its token in spite of rows that came and went in between', async () => {
      const query = () => table.listEntities({ queryOptions: { filter: odata`PartitionKey eq ${'a'}` } });
      const first = await query().byPage({ maxPageSize: 2 }).next();
      await table.deleteEntity('a', 'journal.1');
      await table.createEntity({ partitionKey: 'a', rowKey: 'journal.11' });
      const { continuationToken } = first.value ?? {};
      if (continuationToken === undefined) throw new Error('there is more than one page');
      const next = await query().byPage({ maxPageSize: 2, continuationToken }).next();
      expect(next.value?.map(({ rowKey }: { rowKey?: string }) => rowKey).at(-1)).toBe('journal0');
    });

    test('that nobody can read is 400', async () => {
      const filter = 'PartitionKey equals everything';
      expect(await refusal(table.listEntities({ queryOptions: { filter } }).next())).toBe(400);
    });
  });

  describe('a transaction', () => {
    const at = (rowKey: string, text = 'new') => ({ partitionKey: 'p', rowKey, text });

    test('does all of its changes, and answers each with its ETag', async () => {
      await table.createEntity(at('old'));
      await table.createEntity(at('gone'));
      const { etag } = await table.getEntity('p', 'old');
      const answer = await table.submitTransaction([
        ['create', at('created')],
        ['update', at('old', 'updated'), 'Replace', { etag }],
        ['upsert', at('upserted'), 'Replace'],
        ['delete', { partitionKey: 'p', rowKey: 'gone' }],
      ]);
      expect(answer.subResponses.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      for (const [index, rowKey] of ['created', 'old', 'upserted'].entries())
        expect(answer.subResponses[index]?.etag).toBe((await table.getEntity('p', rowKey)).etag);
      expect(await rowKeysOf(table.listEntities())).toEqual(['created', 'old', 'upserted']);
    });

    const refused: readonly [string, TransactionAction, number][] = [
      ['creates a row that is there', ['create', at('there')], 409],
      [
        'changes one that was changed since',
        ['update', at('there'), 'Replace', { etag: 'W/"datetime\'2020-01-01T00%3A00%3A00.0000000Z\'"' }],
        412,
      ],
      ['changes one that is not there', ['update', at('nobody'), 'Replace'], 404],
      ['removes one that is not there', ['delete', { partitionKey: 'p', rowKey: 'nobody' }], 404],
    ];
    test.each(refused)('that %s is refused', async (_name, action, status) => {
      await table.createEntity(at('there', 'old'));
      expect(await refusal(table.submitTransaction([action, ['create', at('beside')]]))).toBe(status);
    });

    // Azurite writes what comes before the action that fails; Azure writes nothing, and so does the table in memory.
    test.runIf(transactional).each(refused)('that %s leaves nothing behind', async (_name, action) => {
      await table.createEntity(at('there', 'old'));
      const before = await table.getEntity('p', 'there');
      await refusal(table.submitTransaction([['create', at('first')], action, ['create', at('last')]]));
      expect(await rowKeysOf(table.listEntities())).toEqual(['there']);
      expect(await table.getEntity('p', 'there')).toEqual(before);
    });

    test('that names a row twice is refused', async () => {
      const twice: TransactionAction[] = [
        ['create', at('one')],
        ['upsert', at('one'), 'Replace'],
      ];
      const status = await refusal(table.submitTransaction(twice));
      expect(status).toBe(400);
    });

    test('of a hundred changes is taken, and one of a hundred and one is not', async () => {
      const many = (count: number) =>
        Array.from(
          { length: count },
          (_, index): TransactionAction => ['upsert', at(`row${index}`), 'Replace'],
        );
      expect(await refusal(table.submitTransaction(many(100)))).toBe('none');
      expect(await refusal(table.submitTransaction(many(101)))).toBe(400);
    });
  });
});
