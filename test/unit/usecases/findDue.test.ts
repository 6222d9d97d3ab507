import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PublisherBudget } from '../../../src/shared/budget/port.ts';
import type { Due, DueIndex } from '../../../src/shared/state/due.ts';
import { findDue } from '../../../src/shared/usecases/findDue.ts';
import type { Publishers } from '../../../src/shared/usecases/ports.ts';
import { at } from '../../support/builders.ts';
import { silent } from '../../support/silentLog.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';
import { Publisher } from '../budget/publisher.fixture.ts';

const minute = 60_000;
const none = () => {
  throw new Error('Nobody asks for it here.');
};

/** The index as a list; what it counts is how many pages were read. */
class Rows implements DueIndex {
  rows: Due[] = [];
  pagesRead = 0;

  async add(due: Due): Promise<Due> {
    await this.remove(due);
    this.rows.push(due);
    return due;
  }
  async remove({ at: time, id }: Due): Promise<void> {
    this.rows = this.rows.filter((row) => row.id !== id || row.at.getTime() !== time.getTime());
  }
  due(now: Date): Due[] {
    return this.rows
      .filter((row) => row.at <= now)
      .sort((a, b) => a.at.getTime() - b.at.getTime() || a.id.localeCompare(b.id));
  }
  async *pages(_lane: string, now: Date, size: number): AsyncGenerator<readonly Due[]> {
    const due = this.due(now);
    for (let first = 0; first === 0 || first < due.length; first += size) {
      this.pagesRead++;
      yield due.slice(first, first + size);
    }
  }
  async urgent(_lane: string, now: Date): Promise<Due[]> {
    return this.due(now).filter(({ urgent }) => urgent);
  }
  list = none;
  all = none;
}

/** Publishers with budgets of this many requests a minute, on one clock; each look that is granted asks at once. */
function publishersOf(limits: Readonly<Record<string, number>>, now: () => number): Publishers {
  const budgets = Object.entries(limits).map(([name, limit]): [string, PublisherBudget] => {
    const publisher = new Publisher(limit);
    const grant = (round: string, requests: number) => {
      publisher.now = now();
      const granted = publisher.grant({ round, requests });
      if (granted && !publisher.ask(requests)) throw new Error('A look that was granted found no room.');
      return granted;
    };
    return [name, { ...unlimitedBudget, grantLook: grant }];
  });
  const byName = new Map(budgets);
  return {
    names: [...byName.keys()],
    storeOf: none,
    submissionStoreOf: none,
    budgetOf: (name) => byName.get(name) ?? none(),
  };
}

/** Ticks once a minute; the looks are taken in their order, a millisecond each, and the next ones are due `everyMs` later. */
async function play(
  limits: Readonly<Record<string, number>>,
  rows: readonly Due[],
  minutes: number,
  everyMs: number,
) {
  const clock = { time: at(0), now: () => clock.time };
  const index = new Rows();
  index.rows = [...rows];
  const publishers = publishersOf(limits, () => clock.time.getTime());
  const looks = new Map(rows.map(({ id }) => [id, 0]));
  for (let tick = 0; tick < minutes; tick++) {
    clock.time = at(tick * minute);
    const handedOut = await findDue({ due: index, clock, publishers }, 'rollouts', silent);
    for (const [taken, { id, due }] of handedOut.entries()) {
      looks.set(id, (looks.get(id) ?? 0) + 1);
      if (!due) continue;
      await index.remove(due);
      const { since: _, ...row } = due;
      await index.add({ ...row, at: new Date(clock.time.getTime() + taken + everyMs) });
    }
  }
  return { looks, index };
}

const rowsOf = (publisher: string, count: number, change: Partial<Due> = {}): Due[] =>
  Array.from({ length: count }, (_, number) => ({
    ...{ round: 'rollouts', at: at(-number), id: `${publisher}-${number}`, publisher, requests: 2 },
    ...change,
  }));

const of = (looks: ReadonlyMap<string, number>, publisher: string): number[] =>
  [...looks].filter(([id]) => id.startsWith(`${publisher}-`)).map(([, count]) => count);

test('between any two rollouts of a publisher, the number of looks differs by one at most', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 5, max: 40 }),
      fc.integer({ min: 1, max: 240 }),
      async (count, limit, minutes) => {
        const { looks } = await play({ a: limit }, rowsOf('a', count), minutes, 10 * minute);
        const counts = of(looks, 'a');
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 40 },
  );
});

test('a publisher with hundreds of rollouts takes no look from one with a few', async () => {
  const rows = [...rowsOf('many', 700, { at: at(-minute) }), ...rowsOf('few', 3)];
  const { looks } = await play({ many: 20, few: 20 }, rows, 60, 10 * minute);
  expect(of(looks, 'few')).toEqual([6, 6, 6]);
  expect(of(looks, 'many').reduce((sum, one) => sum + one, 0)).toBeGreaterThan(260);
});

test('forty rollouts that share twenty requests a minute are looked at every nine minutes or so', async () => {
  const { looks } = await play({ a: 20 }, rowsOf('a', 40), 120, minute);
  expect(new Set(of(looks, 'a'))).toEqual(new Set([13, 14]));
});

describe('one tick', () => {
  const tick = async (rows: readonly Due[], limits: Readonly<Record<string, number>> = { a: 20 }) => {
    const index = new Rows();
    index.rows = [...rows];
    const publishers = publishersOf(limits, () => 0);
    const ids = (
      await findDue({ due: index, clock: { now: () => at(0) }, publishers }, 'rollouts', silent)
    ).map(({ id }) => id);
    return { ids, index };
  };

  test('hands out what the polls’ share allows, the longest overdue first', async () => {
    const { ids } = await tick(rowsOf('a', 9));
    expect(ids).toEqual(['a-8', 'a-7', 'a-6', 'a-5', 'a-4', 'a-3']);
  });

  test('does not let a cheap look overtake a dear one that waits', async () => {
    const cheap = rowsOf('a', 1);
    const dear = rowsOf('b', 3, { publisher: 'a', requests: 5, at: at(-minute) });
    const { ids } = await tick([...cheap, ...dear]);
    expect(ids).toEqual(['b-0', 'b-1']);
  });

  test('holds no halt back, wherever it stands', async () => {
    const { ids, index } = await tick([
      ...rowsOf('a', 1_200, { at: at(-minute) }),
      ...rowsOf('halting', 2, { publisher: 'a', urgent: true }),
    ]);
    expect(ids).toHaveLength(8);
    expect(ids.slice(-2).toSorted()).toEqual(['halting-0', 'halting-1']);
    expect(index.pagesRead, 'pages read for nothing').toBe(1);
  });

  const outOfOrder = new Error('the row could not be moved');

  test('a row that cannot be moved does not take those with it that have moved', async () => {
    const index = new Failing(rowsOf('a', 4), ({ id }) => id === 'a-2');
    const errors: string[] = [];
    const log = { ...silent, error: (sentence: string) => errors.push(sentence) };
    const looks = await findDue(
      { due: index, clock: { now: () => at(0) }, publishers: publishersOf({ a: 20 }, () => 0) },
      'rollouts',
      log,
    );
    expect(looks.map(({ id }) => id)).toEqual(['a-3', 'a-1', 'a-0']);
    expect(errors).toEqual(['1 looks could not be handed out: the row could not be moved.']);
    expect(index.due(at(0)).map(({ id }) => id)).toEqual(['a-2']);
  });

  test('where no row can be moved, the tick fails', async () => {
    const index = new Failing(rowsOf('a', 4), () => true);
    const publishers = publishersOf({ a: 20 }, () => 0);
    const tick = findDue({ due: index, clock: { now: () => at(0) }, publishers }, 'rollouts', silent);
    await expect(tick).rejects.toBe(outOfOrder);
  });

  /** An index in which some rows cannot be written. */
  class Failing extends Rows {
    readonly #fails: (due: Due) => boolean;
    constructor(rows: readonly Due[], fails: (due: Due) => boolean) {
      super();
      this.rows = [...rows];
      this.#fails = fails;
    }
    override async add(due: Due): Promise<Due> {
      if (this.#fails(due)) throw outOfOrder;
      return super.add(due);
    }
  }

  test('takes an urgent row once that it has met already', async () => {
    const { ids } = await tick([
      ...rowsOf('halting', 1, { publisher: 'a', urgent: true }),
      ...rowsOf('a', 700),
    ]);
    expect(ids.filter((id) => id === 'halting-0')).toHaveLength(1);
  });

  test.each<[string, Partial<Due>]>([
    ['of nobody', { publisher: undefined }],
    ['of a publisher that is no longer configured', { publisher: 'gone' }],
  ])('hands out rows %s: such a look finds out what they are', async (_, change) => {
    expect((await tick(rowsOf('old', 20, change))).ids).toHaveLength(20);
  });

  test('loses no row: what is handed out is due again soon, and what is not stays as it is', async () => {
    const { index } = await tick(rowsOf('a', 9));
    expect(index.rows).toHaveLength(9);
    expect(index.due(at(0))).toHaveLength(3);
    expect(index.due(at(2 * minute))).toHaveLength(9);
  });

  test('reads no more than a few pages for publishers that have room', async () => {
    const { index } = await tick(rowsOf('a', 9_000, { at: at(-minute) }), { a: 20, b: 20 });
    expect(index.pagesRead).toBe(4);
  });
});
