import { beforeAll, expect, test } from 'vitest';
import { dueOf, type Round } from '../../../src/shared/state/due.ts';
import { findDue } from '../../../src/shared/usecases/findDue.ts';
import { at, ramping } from '../../support/builders.ts';
import { silent } from '../../support/silentLog.ts';
import { openState, type State } from '../../support/state.ts';

let state: State;
beforeAll(async () => {
  state = await openState();
});

const add = (round: Round, ms: number, id: string) => state.due.add({ round, at: at(ms), id });
const list = async (round: Round, ms: number) =>
  (await state.due.list(round, at(ms), 500)).map(({ id }) => id);

const none = () => {
  throw new Error('Nobody asks for it here.');
};

test('what is due comes, the longest overdue first, and nothing else', async () => {
  await add('rollouts', 3_000, 'third');
  await add('rollouts', 1_000, 'first');
  await add('rollouts', 2_000, 'second');
  await add('submissions', 1_000, 'other round');
  expect(await list('rollouts', 999)).toEqual([]);
  expect(await list('rollouts', 2_000)).toEqual(['first', 'second']);
  expect(await list('submissions', 5_000)).toEqual(['other round']);
});

test('a row says whose requests its look takes, and whether it is urgent', async () => {
  const own = await openState();
  const intent = { kind: 'halt', actor: 'key', reason: 'it crashes', since: at(0), attempts: 0 } as const;
  const halting = ramping({ phase: 'halting', nextLookAt: at(0), intent });
  await own.due.add({ round: 'rollouts', at: at(1), id: 'old' });
  await own.due.add(dueOf(halting) ?? { round: 'rollouts', at: at(0), id: 'none' });
  const columns = { publisher: 'contoso', requests: 2, urgent: true };
  expect(await own.due.list('rollouts', at(1), 500)).toEqual([
    expect.objectContaining({ ...columns, id: halting.id }),
    { round: 'rollouts', at: at(1), id: 'old', etag: expect.any(String) },
  ]);
  expect((await own.due.urgent('rollouts', at(1))).map(({ id }) => id)).toEqual([halting.id]);
  expect(await own.due.urgent('rollouts', at(-1))).toEqual([]);
});

test('pages go on where the one before ended', async () => {
  const own = await openState();
  for (const [index, id] of ['a', 'b', 'c'].entries())
    await own.due.add({ round: 'rollouts', at: at(index), id });
  const pages: string[][] = [];
  for await (const page of own.due.pages('rollouts', at(9), 2)) pages.push(page.map(({ id }) => id));
  expect(pages).toEqual([['a', 'b'], ['c']]);
});

test('whoever is late to remove a row leaves the one that was written since for the same time', async () => {
  const own = await openState();
  const before = dueOf(ramping({ nextLookAt: at(5), journalLength: 3 }));
  const since = dueOf(ramping({ nextLookAt: at(5), journalLength: 4 }));
  if (!before || !since) throw new Error('nothing is due');
  const read = await own.due.add(before);
  await own.due.add(since);
  for (const late of [before, read]) await own.due.remove(late);
  const [left] = await own.due.all('rollouts');
  expect(left).toMatchObject({ id: since.id, version: 4 });
  await own.due.remove(since);
  expect(await own.due.all('rollouts')).toEqual([]);
});

test('a row of a version before, which does not say how long its journal was, is read and removed', async () => {
  const own = await openState();
  await own.due.add({ round: 'rollouts', at: at(1), id: 'a_b.c-d' });
  const [row] = await own.due.all('rollouts');
  expect(row).toEqual({ round: 'rollouts', at: at(1), id: 'a_b.c-d', etag: expect.any(String) });
  if (row) await own.due.remove(row);
  expect(await own.due.all('rollouts')).toEqual([]);
});

test('a row is removed once, and removing it again is quiet', async () => {
  const row = { round: 'rollouts', at: at(1), id: 'gone' } as const;
  await state.due.add(row);
  await state.due.remove(row);
  await state.due.remove(row);
  expect(await list('rollouts', 500)).toEqual([]);
});

test('a look that was handed out is not handed out again at once, and comes back if it got lost', async () => {
  const own = await openState();
  const clock = { time: at(0), now: () => clock.time };
  const ports = {
    due: own.due,
    clock,
    publishers: { names: [], storeOf: none, submissionStoreOf: none, budgetOf: none },
  };
  await own.due.add({ round: 'rollouts', at: at(0), id: 'a' });
  const [look, ...more] = await findDue(ports, 'rollouts', silent);
  expect(more).toEqual([]);
  expect(look).toEqual({
    id: 'a',
    due: { round: 'rollouts', at: at(120_000), id: 'a', since: at(0), etag: expect.any(String) },
  });
  expect(await findDue(ports, 'rollouts', silent)).toEqual([]);
  clock.time = at(120_000);
  const [again] = await findDue(ports, 'rollouts', silent);
  expect(again?.due?.since).toEqual(at(0));
});
