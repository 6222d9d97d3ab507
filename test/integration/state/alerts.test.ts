import { beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/shared/alerts/alert.ts';
import { alertIdOf } from '../../../src/shared/alerts/identity.ts';
import { recordOf } from '../../../src/shared/alerts/record.ts';
import { type AlertStore, createAlertStore } from '../../../src/shared/state/alerts.ts';
import { LostRaceError } from '../../../src/shared/state/errors.ts';
import { at } from '../../support/builders.ts';
import { openState, type State } from '../../support/state.ts';

/** The alerts' rows: by their ids for repeats and ends, by their time for people. */

const minute = 60_000;

let state: State;
let alerts: AlertStore;
beforeEach(async () => {
  state = await openState();
  alerts = createAlertStore(state.tables);
});

const alert = (fingerprint: string, change: Partial<Alert> = {}): Alert => ({
  sender: 'prod',
  format: 'generic',
  fingerprint,
  status: 'firing',
  title: fingerprint,
  labels: { app: 'notes' },
  startsAt: at(0),
  url: 'https://status.example/1',
  ...change,
});
const idOf = (fingerprint: string) => alertIdOf(alert(fingerprint));
const effect = { rolloutId: 'a', outcome: 'held', sentence: 'Holding.' };

/** It comes at this minute, and did something where it matched. */
async function come(fingerprint: string, at: number, matched = true): Promise<void> {
  const before = await alerts.get(idOf(fingerprint));
  await alerts.put(recordAt(fingerprint, at, matched, before), before);
}
const recordAt = (
  fingerprint: string,
  minutes: number,
  matched = true,
  before: Awaited<ReturnType<AlertStore['get']>> = undefined,
) =>
  recordOf(
    { alert: alert(fingerprint), effected: matched ? [effect] : [], remarks: [] },
    before?.known,
    at(minutes * minute),
  );

const titles = async (filter: Parameters<AlertStore['list']>[0] = {}) =>
  (await alerts.list(filter, { size: 200 })).items.map(({ title }) => title);

const keys = async () => {
  const found: string[] = [];
  for await (const { rowKey = '' } of state.tables.alerts.listEntities()) found.push(rowKey);
  return found;
};

const old = async (time: Date) => {
  const found = [];
  for await (const page of alerts.pagesBefore(time, 2)) found.push(...page);
  return found;
};

/** As the version before wrote it: one row, by the id. */
async function comeBefore(fingerprint: string, at: number): Promise<void> {
  await come(fingerprint, at);
  const { items } = await alerts.list({}, { size: 200 });
  const written = items.find(({ title }) => title === fingerprint);
  if (!written) throw new Error('it is not listed');
  const stored = await alerts.get(written.id);
  const listed = await state.tables.alerts.getEntity('alerts', stored?.listedAs ?? '');
  await state.tables.alerts.deleteEntity('alerts', stored?.listedAs ?? '');
  const { etag: _, timestamp: __, ...row } = listed;
  const cells = { ...row, partitionKey: 'alerts', rowKey: written.id };
  await state.tables.alerts.upsertEntity(cells, 'Replace');
}

describe('the list', () => {
  test('has the one that came last first, whatever its sender and its id are', async () => {
    for (const [fingerprint, minutes] of [
      ['b', 1],
      ['a', 3],
      ['c', 2],
    ] as const)
      await come(fingerprint, minutes);
    expect(await titles()).toEqual(['a', 'c', 'b']);
  });

  test('has an alert once, however often it came, where it came last', async () => {
    await come('a', 1);
    await come('b', 2);
    await come('a', 3);
    await come('a', 3);
    expect((await alerts.list({}, { size: 200 })).items).toMatchObject([
      { title: 'a', count: 3, firstAt: at(minute), lastAt: at(3 * minute) },
      { title: 'b', count: 1 },
    ]);
    expect(await keys()).toHaveLength(4);
  });

  test('says all that came, and what it did', async () => {
    await come('a', 1);
    const record = recordAt('a', 1);
    expect((await alerts.list({}, { size: 200 })).items).toEqual([record]);
  });

  test('keeps labels whatever they are', async () => {
    const label = '\u2028\u2029\\u2028 "\n\u202e';
    const odd = { ...recordAt('a', 1), labels: { [label]: label } };
    await alerts.put(odd, undefined);
    expect((await alerts.list({}, { size: 200 })).items).toEqual([odd]);
  });

  test('goes on where the page before ended, while others come', async () => {
    for (const [index, fingerprint] of ['a', 'b', 'c', 'd'].entries()) await come(fingerprint, index);
    const first = await alerts.list({}, { size: 2 });
    expect(first.items.map(({ title }) => title)).toEqual(['d', 'c']);
    await come('e', 9);
    const { continuationToken } = first;
    const second = await alerts.list({}, { size: 2, continuationToken });
    expect(second.items.map(({ title }) => title)).toEqual(['b', 'a']);
  });

  test('has only those that matched, or that matched nothing, where it is asked so', async () => {
    await come('a', 1);
    await come('b', 2, false);
    await come('c', 3);
    expect(await titles({ matched: true })).toEqual(['c', 'a']);
    expect(await titles({ matched: false })).toEqual(['b']);
  });
});

describe('a row of the version before', () => {
  test('is listed behind the others, and in its place once it comes again', async () => {
    await comeBefore('old', 5);
    await come('new', 1);
    expect(await titles()).toEqual(['new', 'old']);
    await come('old', 6);
    expect(await titles()).toEqual(['old', 'new']);
    expect((await alerts.get(idOf('old')))?.known).toMatchObject({ count: 2, firstAt: at(5 * minute) });
  });
});

describe('an alert that two write', () => {
  test('is written by one of them, and the other has to read again', async () => {
    await come('a', 1);
    const before = await alerts.get(idOf('a'));
    await come('a', 2);
    const late = alerts.put(recordAt('a', 3, true, before), before);
    await expect(late).rejects.toBeInstanceOf(LostRaceError);
    await expect(alerts.put(recordAt('a', 3), undefined)).rejects.toBeInstanceOf(LostRaceError);
    expect((await alerts.list({}, { size: 200 })).items).toMatchObject([
      { count: 2, lastAt: at(2 * minute) },
    ]);
  });

  test('and that is removed meanwhile, is new', async () => {
    await come('a', 1);
    const before = await alerts.get(idOf('a'));
    for (const each of await old(at(2 * minute))) await alerts.remove(each);
    await expect(alerts.put(recordAt('a', 3, true, before), before)).rejects.toBeInstanceOf(LostRaceError);
    await come('a', 3);
    expect((await alerts.list({}, { size: 200 })).items).toMatchObject([{ count: 1 }]);
  });
});

describe('what somebody mended by hand', () => {
  test('is written anew where its row cannot be read', async () => {
    await come('a', 1);
    const row = { partitionKey: 'alerts', rowKey: idOf('a'), startsAt: 'yesterday' };
    await state.tables.alerts.updateEntity(row, 'Merge');
    await come('a', 2);
    expect((await alerts.list({}, { size: 200 })).items).toMatchObject([
      { count: 1, lastAt: at(2 * minute) },
    ]);
  });

  test('is listed again where its row of the list is gone', async () => {
    await come('a', 1);
    await state.tables.alerts.deleteEntity('alerts', (await alerts.get(idOf('a')))?.listedAs ?? '');
    await come('a', 2);
    expect((await alerts.list({}, { size: 200 })).items).toMatchObject([{ count: 2 }]);
  });
});

describe('what came last before a time', () => {
  test('is found page by page, and nothing else', async () => {
    for (const [index, fingerprint] of ['a', 'b', 'c', 'd', 'e'].entries()) await come(fingerprint, index);
    await comeBefore('old', 1);
    await comeBefore('less old', 4);
    const found = await old(at(3 * minute));
    expect(found.map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c', 'old'].map(idOf).toSorted());
    expect(found.map(({ effects }) => effects)).toEqual(found.map(() => [effect]));
  });

  test('is removed with all of its rows', async () => {
    await come('a', 1);
    await comeBefore('old', 1);
    await come('b', 5);
    for (const each of await old(at(2 * minute))) await alerts.remove(each);
    expect(await titles()).toEqual(['b']);
    expect(await keys()).toHaveLength(2);
  });

  test('is removed once, by whichever instance', async () => {
    await come('a', 1);
    const [found] = await old(at(2 * minute));
    if (!found) throw new Error('it is not found');
    await Promise.all([alerts.remove(found), alerts.remove(found)]);
    await alerts.remove(found);
    expect(await keys()).toEqual([]);
  });

  test('stays where it comes again before it is removed', async () => {
    await come('a', 1);
    await comeBefore('old', 1);
    const found = await old(at(2 * minute));
    await come('a', 3);
    await come('old', 3);
    for (const each of found) await alerts.remove(each);
    expect((await titles()).toSorted()).toEqual(['a', 'old']);
    expect((await alerts.get(idOf('a')))?.known).toMatchObject({ count: 2 });
  });

  test('is removed in the end by somebody else where an instance dies in the middle', async () => {
    await come('a', 1);
    await state.tables.alerts.deleteEntity('alerts', idOf('a'));
    for (const each of await old(at(2 * minute))) await alerts.remove(each);
    expect(await keys()).toEqual([]);
  });
});
