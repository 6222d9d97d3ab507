import { describe, expect, test } from 'vitest';
import { failureHits, usageDaily } from '../../simulator/analytics.ts';
import { type Filter, parseFilter } from '../../simulator/analyticsFilter.ts';
import { Refusal } from '../../simulator/errors.ts';
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

  test('can leave flights out', () => {
    const state = aStore({ ...exact, flightsInAnalytics: false });
    const { Value } = failureHits(state, params({ ...yesterday, ...crashes }), start + day);
    const happened = hoursOf(worldOf(state, production), start - day, start);
    expect(Value[0]?.eventCount).toBe(happened.reduce((sum, one) => sum + one.crashes, 0));
  });

  test('pages with a link that is relative and not encoded', () => {
    const query = { ...yesterday, top: '1', filter: "eventType eq 'crash'", orderby: 'market' };
    const first = failureHits(aStore(), params(query), start + day);
    expect(first.Value.map(({ market }) => market)).toEqual(['DE']);
    expect(first.TotalCount).toBe(2);
    expect(first['@nextLink']).toBe(
      `failurehits?applicationId=${applicationId}&aggregationLevel=day&startDate=2026/02/28&endDate=2026/02/28&top=1&skip=1&filter=eventType eq 'crash'&orderby=market`,
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
