import { describe, expect, test } from 'vitest';
import { failureHits, usageDaily } from '../../simulator/analytics.ts';
import { type Filter, parseFilter } from '../../simulator/analyticsFilter.ts';
import { Refusal } from '../../simulator/errors.ts';
import { settle } from '../../simulator/progress.ts';
import { seedSubmission } from '../../simulator/seeding.ts';
import { type SubmissionSeed, submissionSeedSchema } from '../../simulator/seeds.ts';
import type { State } from '../../simulator/state.ts';
import { hoursOf, worldOf } from '../../simulator/world.ts';
import { applicationId, aStore, beta, hour, production, start } from './store.fixture.ts';

const day = 24 * hour;
const params = (query: Record<string, string>) => new URLSearchParams({ applicationId, ...query });
const yesterday = { startDate: '2026-02-28', endDate: '02/28/2026' };
const exact = { fractionalCounts: false } as const;

describe('the filter', () => {
  const row = { packageVersion: '1.2.3.0', market: 'US', eventType: 'crash', note: "it's" };
  const fields = Object.keys(row);

  test.each([
    ["packageVersion eq '1.2.3.0'", true],
    ["packageVersion ne '1.2.3.0'", false],
    ["PACKAGEVERSION EQ '1.2.3.0'", true],
    ["market eq 'DE' or eventType eq 'crash'", true],
    ["market eq 'DE' and eventType eq 'crash'", false],
    ["market eq 'US' or market eq 'DE' and eventType eq 'hang'", true],
    ["(market eq 'US' or market eq 'DE') and eventType eq 'hang'", false],
    ["note eq 'it''s'", true],
    ['market eq US', true],
  ])('%s is %s', (text, expected) => {
    const filter: Filter = parseFilter(text, fields);
    expect(filter(row)).toBe(expected);
  });

  test.each([
    ["unknown eq 'x'", /'unknown' cannot be filtered by/],
    ["market gt 'US'", /'gt' is not an operator/],
    ['market eq', /a value is missing/],
    ["(market eq 'US'", /'\)' is missing/],
    ["market eq 'US' eventType eq 'crash'", /unexpected 'eventType'/],
    ["market eq 'US", /unexpected text/],
  ])('%s is refused', (text, message) => {
    expect(() => parseFilter(text, fields)).toThrow(message);
  });
});

/** A submission that goes out to everybody behind its track, at `at`. */
function published(state: State, seed: Omit<SubmissionSeed, 'timetable'>, at: number): State {
  const timetable = { commitStarted: 0, preProcessing: 0, certification: 0, release: 0, publishing: 0 };
  const { state: seeded } = seedSubmission(
    state,
    submissionSeedSchema.parse({ ...seed, timetable }),
    undefined,
    at,
  );
  return settle(seeded, at + hour);
}

/** What the world did on a track, counted without the Store's analytics. */
const crashesOf = (state: State, from: number, to: number) =>
  [production, beta]
    .flatMap((ref) => hoursOf(worldOf(state, ref), from, to))
    .reduce((sum, one) => sum + one.crashes, 0);

describe('failurehits', () => {
  const crashes = { groupby: 'packageVersion,eventType', filter: "eventType eq 'crash'" };

  test('adds up to what happened, by version', () => {
    const state = aStore(exact);
    const { Value, TotalCount } = failureHits(state, params({ ...yesterday, ...crashes }), start + day);
    expect(TotalCount).toBe(1);
    expect(Value).toEqual([
      expect.objectContaining({
        date: '2026-02-28',
        packageVersion: '1.0.0.0',
        eventType: 'crash',
        eventCount: crashesOf(state, start - day, start),
      }),
    ]);
    expect(Value[0]).not.toHaveProperty('market');
  });

  test('shows only what has arrived', () => {
    const state = aStore(exact);
    const query = params({ ...yesterday, ...crashes });
    const atMidnight = failureHits(state, query, start).Value[0]?.eventCount;
    expect(atMidnight).toBe(crashesOf(state, start - day, start - 3 * hour));
  });

  test('goes by the hour for the last 72 hours', () => {
    const query = params({
      startDate: '2026-02-01',
      endDate: '2026-03-01',
      aggregationLevel: 'hour',
      ...crashes,
    });
    const { Value } = failureHits(aStore(exact, { crashRate: 0.05 }), query, start);
    const dates = new Set(Value.map(({ date }) => date));
    expect(dates.size).toBe(69);
    expect([...dates][0]).toBe('2026-02-26 00:00:00');
  });

  test('has counts that are not whole, near to what happened', () => {
    const state = aStore();
    const { Value } = failureHits(state, params({ ...yesterday, ...crashes }), start + day);
    const estimated = Number(Value[0]?.eventCount);
    expect(Number.isInteger(estimated)).toBe(false);
    expect(estimated / crashesOf(state, start - day, start)).toBeCloseTo(1, 0);
  });

  describe('by failure', () => {
    const byHash = { groupby: 'failureHash,packageVersion,eventType', filter: "eventType eq 'crash'" };
    const inFebruary = { startDate: '2026-02-01', endDate: '2026-02-28' };

    test('adds up to what happened, over a few that are common and many that are not', () => {
      const { Value } = failureHits(aStore(exact), params({ ...yesterday, ...byHash }), start + day);
      const counts = Value.map(({ eventCount }) => Number(eventCount)).toSorted((a, b) => b - a);
      const crashes = crashesOf(aStore(exact), start - day, start);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(crashes);
      expect(counts.length).toBeGreaterThan(5);
      expect(Number(counts[0]) / crashes).toBeGreaterThan(0.25);
    });

    test('has the same old bugs in all builds, and others in other Stores', () => {
      const state = aStore(exact, { crashRate: 0.05 });
      const hashes = (of: State, filter = '') => {
        const query = params({ ...inFebruary, ...byHash, filter: `${byHash.filter}${filter}` });
        return new Set(failureHits(of, query, start + day).Value.map(({ failureHash }) => failureHash));
      };
      const update = { ...beta, packageVersion: '2.0.0.0' };
      const updated = published(state, update, start - 20 * day);
      const [old, candidate] = [
        hashes(updated, " and packageVersion eq '1.0.0.0'"),
        hashes(updated, " and packageVersion eq '2.0.0.0'"),
      ];
      expect(candidate.size).toBeGreaterThan(20);
      expect([...candidate.difference(old)]).toEqual([]);
      expect(hashes({ ...state, seed: 'other' }).difference(old).size).toBeGreaterThan(20);
    });

    test('shows what one build brings for that build alone', () => {
      const newSignature = { rate: 0.01, hash: 'new-one' };
      const state = published(
        aStore(exact),
        { ...beta, packageVersion: '2.0.0.0', newSignature },
        start - 20 * day,
      );
      const query = params({ ...inFebruary, ...byHash, filter: "failureHash eq 'new-one'" });
      const { Value } = failureHits(state, query, start + day);
      const happened = hoursOf(worldOf(state, beta), start - 20 * day, start);
      expect(new Set(Value.map(({ packageVersion }) => packageVersion))).toEqual(new Set(['2.0.0.0']));
      expect(Value.reduce((sum, { eventCount }) => sum + Number(eventCount), 0)).toBe(
        happened.reduce((sum, { newCrashes }) => sum + newCrashes, 0),
      );
    });

    test('names it by seed and version where no hash is given', () => {
      const update = { ...beta, packageVersion: '2.0.0.0', newSignature: { rate: 0.01 } };
      const namesIn = (state: State) => {
        const query = params({ ...inFebruary, groupby: 'failureName,failureHash,packageVersion' });
        return failureHits(published(state, update, start - 20 * day), query, start + day)
          .Value.filter(({ failureName }) => String(failureName).startsWith('STOWED'))
          .map(({ failureHash }) => failureHash);
      };
      expect(new Set(namesIn(aStore(exact))).size).toBe(1);
      expect(namesIn(aStore(exact))).toEqual(namesIn(aStore(exact)));
      expect(namesIn(aStore(exact))[0]).not.toBe(namesIn({ ...aStore(exact), seed: 'other' })[0]);
    });

    test.each(['failureName', 'failureHash', 'symbol'])('can be filtered by %s', (field) => {
      const all = failureHits(aStore(), params({ ...yesterday, groupby: field }), start + day).Value;
      const filter = `${field} eq '${all[0]?.[field]}'`;
      const one = failureHits(aStore(), params({ ...yesterday, groupby: field, filter }), start + day).Value;
      expect(one).toEqual([all[0]]);
    });
  });

  test('arrives a day before the usage does', () => {
    const now = start + 6 * hour;
    const failures = failureHits(aStore(), params({ ...yesterday, ...crashes }), now);
    expect(failures.Value).toHaveLength(1);
    expect(usageDaily(aStore(), params({ ...yesterday, groupby: 'packageVersion' }), now).Value).toEqual([]);
  });

  test('can leave flights out', () => {
    const state = aStore({ ...exact, flightsInAnalytics: false });
    const { Value } = failureHits(state, params({ ...yesterday, ...crashes }), start + day);
    const happened = hoursOf(worldOf(state, production), start - day, start);
    expect(Value[0]?.eventCount).toBe(happened.reduce((sum, one) => sum + one.crashes, 0));
  });

  test('pages with a link that is relative and not encoded', () => {
    const query = {
      ...{ ...yesterday, top: '1', groupby: 'market' },
      ...{ filter: "eventType eq 'crash'", orderby: 'market' },
    };
    const first = failureHits(aStore(), params(query), start + day);
    expect(first.Value.map(({ market }) => market)).toEqual(['DE']);
    expect(first.TotalCount).toBe(2);
    expect(first['@nextLink']).toBe(
      `failurehits?applicationId=${applicationId}&aggregationLevel=day&startDate=2026/02/28&endDate=2026/02/28&top=1&skip=1&groupby=market&filter=eventType eq 'crash'&orderby=market`,
    );
    const [, next] = first['@nextLink']?.split('?') ?? [];
    const second = failureHits(aStore(), new URLSearchParams(next), start + day);
    expect(second.Value.map(({ market }) => market)).toEqual(['US']);
    expect(second['@nextLink']).toBeUndefined();
  });

  test('orders as asked', () => {
    const query = params({
      startDate: '2026-02-20',
      endDate: '2026-02-28',
      orderby: 'date desc',
      ...crashes,
    });
    const dates = failureHits(aStore(), query, start + day).Value.map(({ date }) => String(date));
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(dates).toHaveLength(9);
  });

  test.each([
    [{ top: '10001' }, 'top parameter cannot be more than 10000'],
    [{ startDate: 'yesterday' }, 'startDate parameter is not a valid date'],
    [{ aggregationLevel: 'minute' }, 'aggregationLevel parameter must be one of hour, day, week, month'],
    [{ groupby: 'colour' }, "'colour' is not a valid field of groupby"],
    [{ filter: "colour eq 'red'" }, "'colour' cannot be filtered by"],
    [{ applicationId: '' }, 'applicationId parameter is required'],
  ])('refuses %o in its own words', (query, problem) => {
    let refusal: unknown;
    try {
      failureHits(aStore(), params(query), start);
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof Refusal)) throw new Error('It was not refused.');
    expect(refusal.status).toBe(400);
    expect(refusal.body).toMatchObject({
      code: 'BadRequest',
      source: 'AnalyticsAPI',
      innererror: { code: 'InvalidQueryParameters', data: [problem], source: 'AnalyticsAPI' },
    });
  });
});

describe('usagedaily', () => {
  const byVersion = { groupby: 'packageVersion,date' };

  test('shows a day only 26 hours after its end', () => {
    const state = aStore(exact);
    const query = params({ ...yesterday, ...byVersion });
    expect(usageDaily(state, query, start + 26 * hour - 1).Value).toEqual([]);
    expect(usageDaily(state, query, start + 26 * hour).Value).toHaveLength(1);
  });

  test('counts sessions and devices, and says All where it does not group', () => {
    const state = aStore(exact);
    const { Value } = usageDaily(state, params({ ...yesterday, ...byVersion }), start + 2 * day);
    const sessions = [production, beta]
      .flatMap((ref) => hoursOf(worldOf(state, ref), start - day, start))
      .reduce((sum, one) => sum + one.sessions, 0);
    expect(Value).toHaveLength(1);
    expect(Value[0]).toMatchObject({ market: 'All', deviceType: 'All', packageVersion: '1.0.0.0' });
    expect(Math.abs(Number(Value[0]?.dailySessionCount) - sessions)).toBeLessThanOrEqual(2);
    expect(Number(Value[0]?.dailyActiveDevices) / 20_000).toBeCloseTo(1, 1);
  });

  test('knows no hours', () => {
    expect(() => usageDaily(aStore(), params({ aggregationLevel: 'hour' }), start)).toThrow(Refusal);
  });
});
