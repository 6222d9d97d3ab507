import { beforeEach, describe, expect, test } from 'vitest';
import { withJournal } from '../../../src/shared/rollout/journal.ts';
import { type Rollout, rolloutId } from '../../../src/shared/rollout/rollout.ts';
import { createDueIndex, type Due } from '../../../src/shared/state/due.ts';
import { LostRaceError } from '../../../src/shared/state/errors.ts';
import { createRolloutStore, type RolloutStore, type Stored } from '../../../src/shared/state/rollouts.ts';
import { writeSnapshot } from '../../../src/shared/state/snapshot.ts';
import type { Table } from '../../../src/shared/state/table.ts';
import { findDue } from '../../../src/shared/usecases/findDue.ts';
import { at, evidence, fresh, ramping } from '../../support/builders.ts';
import { silent } from '../../support/silentLog.ts';
import { openState, type State } from '../../support/state.ts';

/** Every rollout that has not ended is found by one query per round: an alert must not wait for a read of each. */

let state: State;
/** What was asked of the tables, as `due.listEntities`. */
let asked: string[];
let counted: RolloutStore;
beforeEach(async () => {
  state = await openState();
  asked = [];
  const { rollouts, due, ...rest } = state.tables;
  const tables = { ...rest, rollouts: counting('rollouts', rollouts), due: counting('due', due) };
  counted = createRolloutStore(tables, createDueIndex(tables));
});

/** The table, which notes every request that goes through it. */
const counting = (name: string, table: Table): Table =>
  new Proxy(table, {
    get(target, method): unknown {
      const member: unknown = Reflect.get(target, method);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        asked.push(`${name}.${String(method)}`);
        return Reflect.apply(member, target, args);
      };
    },
  });

let count = 0;
/** Writes a rollout on a track of its own. */
async function create(rollout: Rollout): Promise<Stored> {
  count += 1;
  const own = { ...rollout, applicationId: `9ACTIVE${String(count).padStart(5, '0')}` };
  return state.rollouts.create(withJournal({ ...own, id: rolloutId(own) }, [], at(0)));
}

const remark = { kind: 'decision', actor: 'policy', subject: 'wait', sentence: 'It waits.' } as const;
/** Writes a change, with an entry in the journal if nothing else is said. */
const save = ({ rollout, ...rest }: Stored, change: Partial<Rollout>, remarks = [remark]) =>
  state.rollouts.save({ rollout, ...rest }, withJournal({ ...rollout, ...change }, remarks, at(1)));

function end(stored: Stored): Promise<Stored> {
  const { nextLookAt: _, ...rest } = stored.rollout;
  const ended: Rollout = { ...rest, phase: 'halted', endedAt: at(1) };
  return state.rollouts.save(stored, withJournal(ended, [remark], at(1)));
}

/** The one row that leads to a rollout. */
async function rowOf({ rollout: { id } }: Stored): Promise<Due> {
  const rows = [...(await state.due.all('submissions')), ...(await state.due.all('rollouts'))];
  const [row, ...more] = rows.filter((each) => each.id === id);
  if (!row || more.length > 0) throw new Error(`${id} has ${more.length + (row ? 1 : 0)} rows`);
  return row;
}

const byId = (all: readonly Stored[]) => all.toSorted((a, b) => a.rollout.id.localeCompare(b.rollout.id));
const queries = ['due.listEntities', 'due.listEntities'];

describe('the active rollouts', () => {
  test('are none where there is none', async () => {
    expect(await counted.active()).toEqual([]);
    expect(asked).toEqual(queries);
  });

  test('are found as they are, whatever they wait for, with one query per round and no read', async () => {
    const intent = { kind: 'halt', actor: 'policy', reason: 'r', since: at(0), attempts: 1 } as const;
    const pause = { actor: 'person', by: 'ops', reason: 'r', at: at(0) } as const;
    const all = [
      await create(fresh()),
      await create(ramping()),
      await create(ramping({ phase: 'halting', intent, evidence: [evidence('bad')] })),
      await save(await create(ramping()), { pause, nextLookAt: at(99) }),
      await save(await create(fresh()), { phase: 'ramping', percentage: 5, reached: 5 }),
    ];
    const found = await counted.active();
    expect(asked).toEqual(queries);
    const kept = await Promise.all(all.map(({ rollout: { id } }) => state.rollouts.get(id)));
    expect(byId(found)).toEqual(kept);
  });

  test('have the mark that writes them, as long as nobody else does', async () => {
    await create(ramping());
    const [found] = await counted.active();
    if (!found) throw new Error('nothing is active');
    const written = await save(found, { percentage: 6 });
    await expect(save(found, { percentage: 7 })).rejects.toThrow(LostRaceError);
    expect(await counted.active()).toMatchObject([{ etag: written.etag, rollout: { percentage: 6 } }]);
  });

  test('are still found by one query after their look was handed out', async () => {
    const stored = await create(ramping({ nextLookAt: at(0) }));
    const room = {
      names: [],
      budgetOf: () => {
        throw new Error('nobody has a budget here');
      },
    };
    const clock = { now: () => at(0) };
    const publishers = { ...room, storeOf: room.budgetOf, submissionStoreOf: room.budgetOf };
    expect(await findDue({ due: state.due, clock, publishers }, 'rollouts', silent)).toHaveLength(1);
    expect(await counted.active()).toMatchObject([{ etag: stored.etag }]);
    expect(asked).toEqual(queries);
  });
});

describe('a rollout is read by itself', () => {
  const damaged: [string, (stored: Stored) => string | undefined][] = [
    ['has no snapshot', () => undefined],
    ['has one that is no JSON', () => '{"row":'],
    ['has one without its mark', () => '{"row":{},"etag":""}'],
    ['has one of something else', () => '[]'],
    ['has one of a rollout that cannot be', ({ etag }) => writeSnapshot({ row: { phase: 'odd' }, etag })],
    [
      'has one with a column that is no JSON',
      ({ etag, rollout: { id } }) => writeSnapshot({ row: { id, policy: '{' }, etag }),
    ],
  ];
  test.each(damaged)('where its row %s', async (_, snapshotOf) => {
    const other = await create(ramping());
    const stored = await create(ramping());
    const { snapshot: __, ...row } = await rowOf(stored);
    await state.due.remove(row);
    await state.due.add({ ...row, snapshot: snapshotOf(stored) });
    expect(byId(await counted.active())).toEqual(byId([other, stored]));
    expect(asked).toEqual([...queries, 'rollouts.getEntity']);
  });

  test('where it is too long for one', async () => {
    const long = 'x'.repeat(20_000);
    const decision = { kind: 'wait', reason: 'baking', sentence: long, at: at(0) } as const;
    const stored = await create(ramping({ decision, evidence: [evidence('good', { sentence: long })] }));
    expect((await rowOf(stored)).snapshot).toBeUndefined();
    expect(await counted.active()).toEqual([stored]);
    expect(asked).toEqual([...queries, 'rollouts.getEntity']);
  });

  test('and has its snapshot again once it is short', async () => {
    const long = 'x'.repeat(20_000);
    const decision = { kind: 'wait', reason: 'baking', sentence: long, at: at(0) } as const;
    const stored = await create(ramping({ decision, evidence: [evidence('good', { sentence: long })] }));
    const after = await save(stored, { evidence: [] });
    expect(await counted.active()).toMatchObject([{ etag: after.etag, rollout: { evidence: [] } }]);
    expect(asked).toEqual(queries);
  });
});

describe('what has ended', () => {
  test('is not among them', async () => {
    await end(await create(ramping()));
    expect(await counted.active()).toEqual([]);
    expect(asked).toEqual(queries);
  });

  test('is not among them either while a row without a snapshot still leads to it', async () => {
    const stored = await create(ramping());
    const { snapshot: _, ...row } = await rowOf(stored);
    await end(stored);
    await state.due.add(row);
    expect(await counted.active()).toEqual([]);
  });

  test('and a row that leads to nothing', async () => {
    await state.due.add({ round: 'rollouts', at: at(0), id: fresh().id });
    expect(await counted.active()).toEqual([]);
  });

  test('may still be among them while an old row says otherwise, which shows when it is written', async () => {
    const stored = await create(ramping());
    const row = await rowOf(stored);
    await end(stored);
    await state.due.add(row);
    const [found] = await counted.active();
    if (!found) throw new Error('nothing is active');
    await expect(save(found, { percentage: 6 })).rejects.toThrow(LostRaceError);
  });
});

describe('of several rows of one rollout', () => {
  /** A rollout with a row of each of its two versions, the first one's at the one time, the second one's at the other. */
  async function twoRows(older: number, newer: number) {
    const first = await create(ramping({ nextLookAt: at(older) }));
    const left = await rowOf(first);
    const second = await save(first, { percentage: 6, nextLookAt: at(newer) });
    await state.due.add(left);
    return second;
  }

  test.each([
    ['later', 10, 20],
    ['earlier', 20, 10],
  ])('the newest counts, also where it is due %s', async (_, older, newer) => {
    const second = await twoRows(older, newer);
    expect(await state.due.all('rollouts')).toHaveLength(2);
    expect(await counted.active()).toEqual([second]);
    expect(asked).toEqual(queries);
  });

  test('the one with a snapshot counts, whichever comes first', async () => {
    for (const ms of [1, 99]) {
      const stored = await create(ramping({ nextLookAt: at(50) }));
      const { snapshot: _, ...row } = await rowOf(stored);
      await state.due.add({ ...row, at: at(ms) });
    }
    expect(await counted.active()).toHaveLength(2);
    expect(asked).toEqual(queries);
  });

  test('in two rounds the newest counts as well', async () => {
    const first = await create(fresh({ nextLookAt: at(50) }));
    const left = await rowOf(first);
    const change = { phase: 'ramping', percentage: 5, nextLookAt: at(20) } as const;
    const second = await save(first, change);
    await state.due.add(left);
    expect(await counted.active()).toEqual([second]);
  });
});
