import { describe, expect, test } from 'vitest';
import type { DailyDevices, DailyQuery, StoreAnalytics } from '../../../src/shared/msstore/port.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { createStoreAnalyticsSource } from '../../../src/shared/telemetry/storeAnalytics.ts';
import { at, day, hour, policy, ramping } from '../../support/builders.ts';

const checkPolicy = policy({
  checks: [
    {
      name: 'crashes',
      source: { kind: 'storeAnalytics', settledAfter: '30h' },
      limit: { rate: 0.01 },
      onBad: 'halt',
    },
  ],
});

/** Analytics that remember what they were asked. */
function analytics(failed: DailyDevices[], active: DailyDevices[]): StoreAnalytics & { asked: DailyQuery[] } {
  const asked: DailyQuery[] = [];
  const answer = (rows: DailyDevices[]) => async (query: DailyQuery) => {
    asked.push(query);
    return rows;
  };
  return { asked, failedDevices: answer(failed), activeDevices: answer(active) };
}

function ask(source: StoreAnalytics, from: Date, now: Date, rollout: Rollout = ramping()) {
  const [check] = checkPolicy.checks;
  if (check?.source.kind !== 'storeAnalytics') throw new Error('the test policy asks another source');
  return createStoreAnalyticsSource(() => source)({ rollout, check, source: check.source, from, now });
}

const devices = (date: string, count: number, packageVersion = '2.0.0.0'): DailyDevices => ({
  date,
  packageVersion,
  devices: count,
});

const dayAt = (index: number): string =>
  at(index * day)
    .toISOString()
    .slice(0, 10);

describe('the days that are read', () => {
  test.each<[string, Date, Date, string[], Date]>([
    ['none, before the first day has settled', at(0), at(day + 30 * hour - 1), [], at(day + 30 * hour)],
    [
      'the first, from the moment it has',
      at(0),
      at(day + 30 * hour),
      ['2026-11-02'],
      at(2 * day + 30 * hour),
    ],
    [
      'all that settled',
      at(0),
      at(3 * day + 30 * hour),
      ['2026-11-02', '2026-11-03', '2026-11-04'],
      at(4 * day + 30 * hour),
    ],
    [
      'the day in which the step began, because the build is the same',
      at(20 * hour),
      at(day + 30 * hour),
      ['2026-11-02'],
      at(2 * day + 30 * hour),
    ],
    [
      'not the day that ended when the step began',
      at(day),
      at(2 * day + 30 * hour),
      ['2026-11-03'],
      at(3 * day + 30 * hour),
    ],
  ])('%s', async (_, from, now, days, pendingUntil) => {
    const active = [...Array(40).keys()].map((index) => devices(dayAt(index), 100));
    const measured = await ask(analytics([], active), from, now);
    expect(measured).toMatchObject({ kind: 'samples', pendingUntil });
    if (measured.kind === 'samples')
      expect(measured.samples.map(({ start }) => start.toISOString().slice(0, 10))).toEqual(days);
  });
});

test('a sample is the devices that failed of those that were active, over all packages of the candidate', async () => {
  const failed = [devices('2026-11-02', 3), devices('2026-11-02', 1.5, '2.0.1.0'), devices('2026-11-03', 99)];
  const active = [devices('2026-11-02', 400), devices('2026-11-02', 100, '2.0.1.0')];
  const measured = await ask(
    analytics(failed, active),
    at(0),
    at(day + 30 * hour),
    ramping({ candidateVersions: ['2.0.0.0', '2.0.1.0'] }),
  );
  expect(measured).toMatchObject({
    samples: [{ start: at(0), end: at(day), candidate: { failed: 4.5, exposed: 500 } }],
  });
});

test('only the candidate’s versions and the settled days are asked for', async () => {
  const source = analytics([], []);
  await ask(source, at(0), at(2 * day + 30 * hour));
  const query = {
    applicationId: ramping().applicationId,
    firstDay: '2026-11-02',
    lastDay: '2026-11-03',
    packageVersions: ['2.0.0.0'],
  };
  expect(source.asked).toEqual([{ ...query, events: ['crash'] }, query]);
});

test('a submission without a version of its own is unmeasured, and nobody is asked', async () => {
  const source = analytics([], []);
  expect(await ask(source, at(0), at(9 * day), ramping({ candidateVersions: [] }))).toMatchObject({
    kind: 'unmeasured',
  });
  expect(source.asked).toEqual([]);
});

test('a source that fails is unmeasured with its cause, and throws nothing', async () => {
  const broken: StoreAnalytics = {
    failedDevices: () => Promise.reject(new Error('The Store said no.')),
    activeDevices: () => Promise.resolve([]),
  };
  expect(await ask(broken, at(0), at(9 * day))).toEqual({
    kind: 'unmeasured',
    cause: 'the Store’s analytics could not be read (The Store said no)',
  });
});

test('a day of which the analytics know no active device says nothing, and does not make the others worse', async () => {
  const failed = [devices('2026-11-02', 8), devices('2026-11-03', 8)];
  const measured = await ask(
    analytics(failed, [devices('2026-11-02', 1_000)]),
    at(0),
    at(2 * day + 30 * hour),
  );
  expect(measured).toMatchObject({
    samples: [{ candidate: { failed: 8, exposed: 1_000 } }],
    completeUntil: at(day),
  });
});

test('settled days without any active device are silence, not a good build', async () => {
  expect(await ask(analytics([], []), at(0), at(2 * day + 30 * hour))).toEqual({
    kind: 'unmeasured',
    cause: 'the Store’s analytics know no active device with 2.0.0.0 from 2026-11-02 to 2026-11-03',
  });
});

test('days that the Store has forgotten the failures of are not read', async () => {
  const source = analytics([], []);
  await ask(source, at(0), at(80 * day));
  expect(source.asked[0]?.firstDay).toBe(dayAt(51));
});
