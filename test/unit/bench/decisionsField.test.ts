import { describe, expect, test } from 'vitest';
import { upperBound } from '../../bench/decisions/bound.ts';
import {
  type Cell,
  cells,
  hoursOfPlan,
  regressions,
  sharesOfPlan,
  worldOf,
} from '../../bench/decisions/field.ts';
import { fieldPart } from '../../bench/decisions/fieldPage.ts';
import { computeFieldTable, type FieldRow } from '../../bench/decisions/fieldTable.ts';
import { playAll } from '../../bench/decisions/pool.ts';
import { rolloutsOf, sourceOf } from '../../bench/decisions/rollouts.ts';
import { never, type Rule } from '../../bench/decisions/rules/rule.ts';
import { type Batch, playBatch } from '../../bench/decisions/trials.ts';
import { keepers, keptPromises, rowVerdicts } from '../../bench/decisions/verdicts.ts';

const exact: Cell = { sessionsPerHour: 2_500, scenario: 'exact' };
const batch = (change: Partial<Batch> = {}): Batch => ({
  ...{ cell: exact, ratio: 1, trials: 20, seed: 1, stream: 0 },
  ...change,
});

describe('the rollouts', () => {
  test('a step’s share nears its percentage, with 12 h to within 1/e, and goes on from there', () => {
    const shares = sharesOfPlan();
    expect(shares).toHaveLength(hoursOfPlan);
    expect(shares[12]).toBeCloseTo(0.05 * (1 - Math.exp(-12.5 / 12)), 12);
    const atEnd = 0.05 * (1 - Math.exp(-2));
    expect(shares[24]).toBeCloseTo(0.1 - (0.1 - atEnd) * Math.exp(-0.5 / 12), 12);
    expect(shares.every((share, hour) => share > (shares[hour - 1] ?? 0) && share < 1)).toBe(true);
  });

  test.each([
    { scenario: 'exact', measured: 1, candidate: 1 },
    { scenario: 'under', measured: 0.8, candidate: 1 },
    { scenario: 'over', measured: 1.2, candidate: 1 },
    { scenario: 'adopters', measured: 1, candidate: 1.2 },
  ] as const)(
    'with $scenario the measured share or the crashes differ',
    ({ scenario, measured, candidate }) => {
      const share = sharesOfPlan()[50] ?? 0;
      const { course, means } = worldOf({ sessionsPerHour: 1_000, scenario }, 2);
      expect(course.exposed.candidate[50]).toBeCloseTo(1_000 * share * measured, 9);
      expect(course.exposed.control[50]).toBeCloseTo(1_000 * (1 - share * measured), 9);
      expect(means.candidate[50]).toBeCloseTo(2 * 0.005 * candidate * 1_000 * share, 9);
      expect(means.control[50]).toBeCloseTo(0.005 * 1_000 * (1 - share), 9);
    },
  );

  test('a measured share stays below the whole', () => {
    const { control } = worldOf({ sessionsPerHour: 1_000, scenario: 'over' }, 1).course.exposed;
    expect(Math.min(...control)).toBeCloseTo(1, 9);
  });

  test('harm is what a healthy build would not have done', () => {
    const { harmedBy, means } = worldOf({ sessionsPerHour: 1_000, scenario: 'adopters' }, 3);
    const crashes = means.candidate.reduce((sum, mean) => sum + mean, 0);
    expect(harmedBy[0]).toBe(0);
    expect(harmedBy.at(-1)).toBeCloseTo((crashes * 2) / 3, 9);
    expect(worldOf(exact, 1).harmedBy.at(-1)).toBe(0);
  });

  test('counts have the mean that the world gives them', () => {
    const world = worldOf(exact, 5);
    const next = rolloutsOf(world, sourceOf(5, 0));
    let [sum, hour] = [0, 60];
    for (let trial = 0; trial < 2_000; trial++) sum += next().candidate[hour] ?? 0;
    const mean = world.means.candidate[hour] ?? 0;
    expect(Math.abs(sum / 2_000 - mean)).toBeLessThan(5 * Math.sqrt(mean / 2_000));
  });
});

describe('the trials', () => {
  test('one seed gives one result, another seed or stream another', () => {
    expect(playBatch(batch())).toEqual(playBatch(batch()));
    expect(playBatch(batch())).not.toEqual(playBatch(batch({ seed: 2 })));
    expect(playBatch(batch())).not.toEqual(playBatch(batch({ stream: 1 })));
  });

  test('every rule sees the same rollouts', () => {
    const seen: number[][] = [[], []];
    const witness = (index: number): Rule => ({
      name: `witness ${index}`,
      prepare: () => (failed) => {
        seen[index]?.push(...failed.candidate, ...failed.control);
        return never;
      },
    });
    playBatch(batch({ trials: 3 }), [witness(0), witness(1)]);
    expect(seen[0]).toHaveLength(3 * 2 * hoursOfPlan);
    expect(seen[0]).toEqual(seen[1]);
  });

  test('threads find what one process finds, in the order of the batches', async () => {
    const batches = [1, 2, 3].map((stream) => batch({ stream, trials: 5 }));
    expect(await playAll(batches)).toEqual(batches.map((each) => playBatch(each)));
  });

  test('it does not matter which batch is played first', async () => {
    const trials = { healthy: 4, regression: 3 };
    const forwards = await computeFieldTable(9, trials, async (all) => all.map((each) => playBatch(each)));
    const backwards = await computeFieldTable(9, trials, async (all) =>
      all
        .toReversed()
        .map((each) => playBatch(each))
        .toReversed(),
    );
    expect(forwards).toEqual(backwards);
    expect(forwards).toHaveLength(12 * 14);
  });

  test('halts, hours and harm are those of the rollouts played', async () => {
    const trials = { healthy: 4, regression: 3 };
    const rows = await computeFieldTable(9, trials, async (all) =>
      all.map(({ ratio }) => Array.from({ length: 14 }, (_, index) => tallyOf(index, ratio))),
    );
    const [argo] = rows;
    const { harmedBy } = worldOf(cells[0] ?? exact, 2);
    expect(argo?.falseHalts).toMatchObject({ count: 1, rate: 0.25 });
    const outcome = argo?.outcomes.find(({ ratio }) => ratio === 2);
    const harms = [harmedBy[10], harmedBy[30], harmedBy.at(-1)].map((harm) => harm ?? 0);
    expect(outcome).toMatchObject({ halted: 2 / 3, medianHour: 10 });
    expect(outcome?.harmed).toBeCloseTo(harms.reduce((sum, harm) => sum + harm, 0) / 3, 9);
  });
});

/** The first rule halts one healthy build, and two of three bad ones; the others never do. */
function tallyOf(index: number, ratio: number) {
  const halts = new Array<number>(hoursOfPlan + 1).fill(0);
  if (index === 0) for (const hour of ratio === 1 ? [10] : [10, 30]) halts[hour] = 1;
  return { halts, squaredExcess: 0 };
}

describe('the bound', () => {
  test('of no hit is about 3 over the trials', () => {
    expect(upperBound(0, 100_000)).toBeCloseTo(1 - 0.05 ** (1 / 100_000), 12);
  });

  test.each([
    [1, 10],
    [5, 100],
    [40, 60],
  ])('is where %i or fewer of %i have a chance of 0.05', (hits, trials) => {
    const bound = upperBound(hits, trials);
    let [term, sum] = [(1 - bound) ** trials, 0];
    for (let count = 0; count <= hits; count++) {
      sum += term;
      term *= ((trials - count) * bound) / ((count + 1) * (1 - bound));
    }
    expect(sum).toBeCloseTo(0.05, 9);
  });

  test('of nothing but hits is 1', () => expect(upperBound(7, 7)).toBe(1));
});

describe('the verdicts', () => {
  /** Rows in which a rule has the same false halts and harm everywhere, but for one cell. */
  const rowsOf = (rule: string, falseHalts: number, harmed: number, inExact = falseHalts): FieldRow[] =>
    cells.map((cell) => {
      const rate = cell.sessionsPerHour === 2_500 && cell.scenario === 'exact' ? inExact : falseHalts;
      return {
        ...{ cell, rule },
        falseHalts: { count: rate * 100_000, rate, atMost: 1.2 * rate },
        outcomes: regressions.map((ratio) => ({
          ...{ ratio, halted: 1, medianHour: 5, harmed },
          ...{ excess: harmed - 100, excessError: 1 },
        })),
      };
    });
  const own = rowsOf('Rampart', 0.0005, 100);

  test('a promise is shown by its bound, open by its count, and broken above α', () => {
    const verdictOf = (rate: number) =>
      keptPromises(rowsOf('Rampart', rate, 100)).map(({ verdict }) => verdict);
    expect(verdictOf(0.0005)).toEqual(Array(12).fill('shown'));
    expect(verdictOf(0.0009)).toEqual(Array(12).fill('open'));
    expect(verdictOf(0.0011)).toEqual(Array(12).fill('broken'));
  });

  test.each([
    { what: 'fewer false halts and fewer harmed', rate: 0.0004, harmed: 99, onBoth: 48, atAlpha: 48 },
    { what: 'more false halts within α', rate: 0.001, harmed: 99, onBoth: 0, atAlpha: 48 },
    { what: 'as many false halts', rate: 0.0005, harmed: 99, onBoth: 0, atAlpha: 48 },
    { what: 'too many false halts', rate: 0.0011, harmed: 1, onBoth: 0, atAlpha: 0 },
    { what: 'as many harmed', rate: 0, harmed: 100, onBoth: 0, atAlpha: 0 },
  ])('a rule with $what', ({ rate, harmed, onBoth, atAlpha }) => {
    const verdicts = rowVerdicts([...rowsOf('other', rate, harmed), ...own]);
    expect(verdicts).toHaveLength(48);
    expect(verdicts.filter(({ betterOnBoth }) => betterOnBoth.length > 0)).toHaveLength(onBoth);
    expect(verdicts.filter(({ betterAtAlpha }) => betterAtAlpha.length > 0)).toHaveLength(atAlpha);
  });

  test('a rule that keeps to α in one column only is no keeper, and the page says what it does elsewhere', () => {
    const rows = [...rowsOf('other', 0.9, 50, 0.0001), ...own];
    expect(keepers(rows)).toEqual(['Rampart']);
    const page = fieldPart(rows, { healthy: 100_000, regression: 10 }).join('\n');
    expect(page).toContain('**Not met**: in 4 of them');
    expect(page).toMatch(/×1\.5 \| +100 \| other +\| +50\.0 \| +50\.0 ± 2\.0 \| +0\.00010 \| +0\.90000/);
  });
});
