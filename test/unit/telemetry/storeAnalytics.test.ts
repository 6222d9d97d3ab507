import { describe, expect, test } from 'vitest';
import type {
  DailyDevices,
  DailyQuery,
  DailyRange,
  DailySignature,
  StoreAnalytics,
} from '../../../src/shared/msstore/port.ts';
import type { Sample } from '../../../src/shared/rollout/evidence.ts';
import type { PolicyDocument } from '../../../src/shared/rollout/policy.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { createStoreAnalyticsSource } from '../../../src/shared/telemetry/storeAnalytics.ts';
import { at, day, hour, policy, ramping } from '../../support/builders.ts';

type Wanted = Pick<PolicyDocument['checks'][number], 'limit' | 'compare' | 'newSignature'>;
const limit: Wanted = { limit: { rate: 0.01 } };
const control: Wanted = { compare: { to: 'control' } };
const history: Wanted = { compare: { to: 'history', failed: 10, exposed: 1_000 } };
const tripwire: Wanted = { newSignature: {} };

type Asked = { readonly of: keyof StoreAnalytics } & DailyRange &
  Partial<Pick<DailyQuery, 'packageVersions'>> & { readonly events?: readonly string[] };
type Known = {
  readonly failed?: readonly DailyDevices[];
  readonly active?: readonly DailyDevices[];
  readonly signatures?: readonly DailySignature[];
};

/** Analytics that remember what they were asked. */
function analytics({ failed = [], active = [], signatures = [] }: Known = {}): StoreAnalytics & {
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const answer = <Row>(of: keyof StoreAnalytics, rows: readonly Row[]) => {
    return async (query: DailyRange) => {
      asked.push({ of, ...query });
      return rows;
    };
  };
  return {
    asked,
    failedDevices: answer('failedDevices', failed),
    failedDevicesBySignature: answer('failedDevicesBySignature', signatures),
    activeDevices: answer('activeDevices', active),
  };
}

type Asking = {
  readonly wanted?: Wanted;
  readonly from?: Date;
  readonly now: Date;
  readonly rollout?: Rollout;
};

/** The candidate is 2.0.0.0, and the control 1.0.0.0. */
const compared = (change: Partial<Rollout> = {}) => ramping({ controlVersions: ['1.0.0.0'], ...change });

function ask(source: StoreAnalytics, { wanted = limit, from = at(0), now, rollout = compared() }: Asking) {
  const { checks } = policy({
    checks: [
      { name: 'crashes', source: { kind: 'storeAnalytics', settledAfter: '30h' }, onBad: 'halt', ...wanted },
    ],
  });
  const [check] = checks;
  if (check?.source.kind !== 'storeAnalytics') throw new Error('the test policy asks another source');
  return createStoreAnalyticsSource(() => source)({ rollout, check, source: check.source, from, now });
}

async function samplesOf(source: StoreAnalytics, asking: Asking): Promise<readonly Sample[]> {
  const measured = await ask(source, asking);
  if (measured.kind === 'unmeasured') throw new Error(measured.cause);
  return measured.samples;
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

const shown = (
  date: string,
  failureHash: string,
  count: number,
  packageVersion = '2.0.0.0',
): DailySignature => ({ ...devices(date, count, packageVersion), failureHash });

describe('a limit on a rate', () => {
  test.each<[string, Date, Date, string[], Date]>([
    ['reads no day before the first has settled', at(0), at(day + 30 * hour - 1), [], at(day + 30 * hour)],
    [
      'reads the first day from the moment it has settled',
      at(0),
      at(day + 30 * hour),
      ['2026-11-02'],
      at(2 * day + 30 * hour),
    ],
    [
      'reads all days that have settled',
      at(0),
      at(3 * day + 30 * hour),
      ['2026-11-02', '2026-11-03', '2026-11-04'],
      at(4 * day + 30 * hour),
    ],
    [
      'reads the day in which the rollout began',
      at(20 * hour),
      at(day + 30 * hour),
      ['2026-11-02'],
      at(2 * day + 30 * hour),
    ],
    [
      'does not read the day that ended when the rollout began',
      at(day),
      at(2 * day + 30 * hour),
      ['2026-11-03'],
      at(3 * day + 30 * hour),
    ],
  ])('%s', async (_, from, now, days, pendingUntil) => {
    const active = [...Array(40).keys()].map((index) => devices(dayAt(index), 100));
    const measured = await ask(analytics({ active }), { from, now });
    expect(measured).toMatchObject({ kind: 'samples', pendingUntil });
    if (measured.kind === 'samples')
      expect(measured.samples.map(({ start }) => start.toISOString().slice(0, 10))).toEqual(days);
  });

  test('counts the devices that failed of those that were active, over all packages of the candidate', async () => {
    const failed = [
      devices('2026-11-02', 3),
      devices('2026-11-02', 1.5, '2.0.1.0'),
      devices('2026-11-03', 99),
    ];
    const active = [devices('2026-11-02', 400), devices('2026-11-02', 100, '2.0.1.0')];
    const rollout = compared({ candidateVersions: ['2.0.0.0', '2.0.1.0'] });
    expect(await samplesOf(analytics({ failed, active }), { now: at(day + 30 * hour), rollout })).toEqual([
      { start: at(0), end: at(day), source: 'storeAnalytics', candidate: { failed: 4.5, exposed: 500 } },
    ]);
  });

  test.each<[string, Wanted]>([
    ['a limit', limit],
    ['a comparison with history', history],
  ])(
    '%s asks just as a comparison with the control does, so that one answer serves both',
    async (_, wanted) => {
      const [one, two] = [analytics(), analytics()];
      await ask(one, { wanted, now: at(2 * day + 30 * hour) });
      await ask(two, { wanted: control, now: at(2 * day + 30 * hour) });
      expect(one.asked).toEqual(two.asked);
      expect(one.asked).toHaveLength(2);
    },
  );

  test.each<[string, Wanted]>([
    ['a limit', limit],
    ['a comparison with history', history],
  ])('%s asks nobody before a day has settled', async (_, wanted) => {
    const source = analytics();
    await ask(source, { wanted, now: at(day) });
    expect(source.asked).toEqual([]);
  });

  test('passes over a day of which the analytics know no active device', async () => {
    const failed = [devices('2026-11-02', 8), devices('2026-11-03', 8)];
    const active = [devices('2026-11-02', 1_000)];
    expect(await samplesOf(analytics({ failed, active }), { now: at(2 * day + 30 * hour) })).toMatchObject([
      { start: at(0), candidate: { failed: 8, exposed: 1_000 } },
    ]);
  });

  test('reads no days that the Store has forgotten the failures of', async () => {
    const source = analytics();
    await ask(source, { now: at(80 * day) });
    expect(source.asked[0]?.firstDay).toBe(dayAt(51));
  });
});

describe('a comparison with the control', () => {
  const wanted = control;

  test('asks for both builds at once: failures up to today, and usage of the settled days', async () => {
    const source = analytics();
    await ask(source, { wanted, now: at(2 * day + 30 * hour) });
    const query = {
      applicationId: ramping().applicationId,
      firstDay: '2026-11-02',
      packageVersions: ['2.0.0.0', '1.0.0.0'],
    };
    expect(source.asked).toEqual([
      { of: 'failedDevices', ...query, lastDay: '2026-11-05', events: ['crash'] },
      { of: 'activeDevices', ...query, lastDay: '2026-11-03' },
    ]);
  });

  test('asks for failures alone as long as no day has settled', async () => {
    const source = analytics();
    await ask(source, { wanted, now: at(day + 30 * hour - 1) });
    expect(source.asked.map(({ of }) => of)).toEqual(['failedDevices']);
  });

  test('tells the two builds apart by their versions, and leaves out all others', async () => {
    const rollout = compared({
      candidateVersions: ['2.0.0.0', '2.0.1.0'],
      controlVersions: ['1.0.0.0', '1.0.1.0'],
    });
    const perVersion = (...counts: readonly number[]) =>
      ['2.0.0.0', '2.0.1.0', '1.0.0.0', '1.0.1.0', '0.9.0.0'].map((version, index) =>
        devices('2026-11-02', counts[index] ?? 0, version),
      );
    const source = analytics({
      failed: perVersion(3, 1.5, 20, 10, 7),
      active: perVersion(400, 100, 8_000, 1_500, 999),
    });
    const [first] = await samplesOf(source, { wanted, rollout, now: at(day + 30 * hour) });
    expect(first).toEqual({
      ...{ start: at(0), end: at(day), source: 'storeAnalytics' },
      candidate: { failed: 4.5, exposed: 500 },
      control: { failed: 30, exposed: 9_500 },
    });
  });

  test('has of open days the failures so far, and no exposure of either build, whatever the Store says', async () => {
    const rows = (date: string, candidate: number, other: number) => [
      devices(date, candidate),
      devices(date, other, '1.0.0.0'),
    ];
    const source = analytics({
      failed: [...rows('2026-11-02', 1, 10), ...rows('2026-11-03', 2, 20), ...rows('2026-11-04', 3, 30)],
      active: [...rows('2026-11-02', 100, 900), ...rows('2026-11-03', 200, 800)],
    });
    expect(await samplesOf(source, { wanted, now: at(2 * day + 5 * hour) })).toMatchObject([
      { candidate: { failed: 1, exposed: 0 }, control: { failed: 10, exposed: 0 } },
      { candidate: { failed: 2, exposed: 0 }, control: { failed: 20, exposed: 0 } },
      { candidate: { failed: 3, exposed: 0 }, control: { failed: 30, exposed: 0 } },
    ]);
    expect(await samplesOf(source, { wanted, now: at(2 * day + 30 * hour) })).toMatchObject([
      { candidate: { failed: 1, exposed: 100 }, control: { failed: 10, exposed: 900 } },
      { candidate: { failed: 2, exposed: 200 }, control: { failed: 20, exposed: 800 } },
      { candidate: { failed: 3, exposed: 0 } },
      { candidate: { failed: 0, exposed: 0 } },
    ]);
  });

  test('takes the day that is not over up to now', async () => {
    const samples = await samplesOf(analytics(), { wanted, now: at(day + 9 * hour) });
    expect(samples.map(({ start, end }) => [start, end])).toEqual([
      [at(0), at(day)],
      [at(day), at(day + 9 * hour)],
    ]);
  });

  test.each([
    ['it has none', { controlVersions: [] }],
    ['none was read', { controlVersions: undefined }],
  ])('is unmeasured without a version of the control, as %s, and nobody is asked', async (_, change) => {
    const source = analytics();
    expect(await ask(source, { wanted, rollout: compared(change), now: at(9 * day) })).toEqual({
      kind: 'unmeasured',
      cause:
        'no package version of the fallback submission is known that is not the new one’s, so the Store’s analytics cannot tell the control apart',
    });
    expect(source.asked).toEqual([]);
  });

  test('is told of failures although the usage of no settled day is known', async () => {
    const source = analytics({ failed: [devices('2026-11-05', 9)] });
    expect(await samplesOf(source, { wanted, now: at(2 * day + 30 * hour) })).toContainEqual(
      expect.objectContaining({ candidate: { failed: 9, exposed: 0 } }),
    );
  });
});

describe('a tripwire for new failures', () => {
  const wanted = tripwire;
  const from = at(20 * day);
  const now = at(22 * day);
  const [before, began, next] = [dayAt(5), dayAt(20), dayAt(21)];
  const signaturesOf = (samples: readonly Sample[]) =>
    Object.fromEntries(
      samples.map(({ start, signatures }) => [start.toISOString().slice(0, 10), signatures]),
    );

  test('asks for all versions, failures and usage, from ten days before the rollout', async () => {
    const source = analytics();
    await ask(source, { wanted, from, now });
    const { applicationId } = ramping();
    expect(source.asked).toEqual([
      {
        ...{ of: 'failedDevicesBySignature', applicationId, events: ['crash'] },
        ...{ firstDay: dayAt(10), lastDay: next },
      },
      { ...{ of: 'activeDevices', applicationId }, ...{ firstDay: dayAt(10), lastDay: dayAt(19) } },
    ]);
  });

  test('bounds the exposure of open days by what the percentage leaves of the busiest day', async () => {
    const active = [devices(before, 900, '1.0.0.0'), devices(before, 100, '0.9.0.0')];
    const source = analytics({ signatures: [shown(began, 'a', 3)], active });
    const rollout = compared({ reached: 25 });
    const samples = await samplesOf(source, { wanted, from, now, rollout });
    expect(samples.map(({ exposedAtMost }) => exposedAtMost)).toEqual([250, 250]);
  });

  test.each<[string, DailySignature[], object]>([
    ['new', [shown(began, 'a', 3)], { hash: 'a', candidate: 3, control: 0 }],
    [
      'new although the candidate itself showed it before, on another track',
      [shown(before, 'a', 2), shown(began, 'a', 3)],
      { hash: 'a', candidate: 3, control: 0 },
    ],
    [
      'of the control too',
      [shown(began, 'a', 3), shown(began, 'a', 40, '1.0.0.0')],
      { hash: 'a', candidate: 3, control: 40, seenBefore: true },
    ],
    [
      'known from the control before the rollout',
      [shown(began, 'a', 3), shown(before, 'a', 1, '1.0.0.0')],
      { hash: 'a', candidate: 3, control: 0, seenBefore: true },
    ],
    [
      'known from a version that is neither',
      [shown(began, 'a', 3), shown(before, 'a', 1, '0.9.0.0')],
      { hash: 'a', candidate: 3, control: 0, seenBefore: true },
    ],
    [
      'listed for another version with nobody behind it',
      [shown(began, 'a', 3), shown(before, 'a', 0, '0.9.0.0')],
      { hash: 'a', candidate: 3, control: 0 },
    ],
  ])('knows a failure that is %s', async (_, signatures, expected) => {
    const samples = await samplesOf(analytics({ signatures }), { wanted, from, now });
    expect(signaturesOf(samples)[began]).toEqual([expected]);
  });

  test('learns that another version has it on the day on which that is so, and sees no day otherwise afterwards', async () => {
    const signatures = [shown(began, 'a', 3), shown(next, 'a', 1, '0.9.0.0')];
    const samples = await samplesOf(analytics({ signatures }), { wanted, from, now });
    expect(signaturesOf(samples)).toEqual({
      [began]: [{ hash: 'a', candidate: 3, control: 0 }],
      [next]: [{ hash: 'a', candidate: 0, control: 0, seenBefore: true }],
    });
  });

  test('is silent once the Store has forgotten what was before the rollout', async () => {
    const late = at(20 * day + 20 * day);
    const known = analytics({ signatures: [shown(began, 'a', 3)] });
    expect((await ask(known, { wanted, from, now: at(20 * day + 19 * day) })).kind).toBe('samples');
    expect(await ask(analytics(), { wanted, from, now: late })).toMatchObject({
      kind: 'unmeasured',
      cause: 'the Store has forgotten which failures were seen before the rollout',
    });
  });

  test('counts failures without a name, so that the judge can tell that most have none', async () => {
    const signatures = [shown(began, 'a', 3), shown(began, '', 40), shown(before, '', 2, '1.0.0.0')];
    const [day] = await samplesOf(analytics({ signatures }), { wanted, from, now });
    expect(day).toMatchObject({
      candidate: { failed: 43 },
      signatures: [{ hash: 'a', candidate: 3, control: 0 }],
    });
  });

  test('leaves out failures that the candidate did not show, and counts devices by day', async () => {
    const signatures = [
      shown(began, 'a', 3),
      shown(next, 'a', 1.5),
      shown(next, 'a', 1, '2.0.1.0'),
      shown(began, 'b', 70, '1.0.0.0'),
    ];
    const rollout = compared({ candidateVersions: ['2.0.0.0', '2.0.1.0'] });
    const samples = await samplesOf(analytics({ signatures }), { wanted, from, now, rollout });
    expect(signaturesOf(samples)).toEqual({
      [began]: [{ hash: 'a', candidate: 3, control: 0 }],
      [next]: [{ hash: 'a', candidate: 2.5, control: 0 }],
    });
  });

  test('has the exposure of settled days, and none of open ones', async () => {
    const source = analytics({
      signatures: [shown(began, 'a', 3), shown(began, 'b', 2), shown(next, 'a', 1)],
      active: [devices(began, 500), devices(next, 300)],
    });
    const samples = await samplesOf(source, { wanted, from, now: at(21 * day + 30 * hour) });
    expect(samples.map(({ candidate }) => candidate)).toEqual([
      { failed: 5, exposed: 500 },
      { failed: 1, exposed: 0 },
      { failed: 0, exposed: 0 },
    ]);
  });

  test('keeps the failures of a settled day whose usage has not come', async () => {
    const source = analytics({ signatures: [shown(began, 'a', 3)] });
    const samples = await samplesOf(source, { wanted, from, now: at(21 * day + 30 * hour) });
    expect(samples[0]).toMatchObject({
      candidate: { failed: 3, exposed: 0 },
      signatures: [{ hash: 'a', candidate: 3 }],
    });
  });

  test('works without a control: then only other versions tell what is known', async () => {
    const signatures = [shown(began, 'a', 3), shown(began, 'b', 3), shown(before, 'b', 1, '1.0.0.0')];
    const rollout = compared({ controlVersions: undefined });
    const samples = await samplesOf(analytics({ signatures }), { wanted, from, now, rollout });
    expect(signaturesOf(samples)[began]).toEqual([
      { hash: 'a', candidate: 3 },
      { hash: 'b', candidate: 3, seenBefore: true },
    ]);
  });
});

describe.each<[string, Wanted]>([
  ['a limit', limit],
  ['a comparison with the control', control],
  ['a comparison with history', history],
  ['a tripwire', tripwire],
])('%s is unmeasured', (_, wanted) => {
  test('for a submission without a version of its own, and nobody is asked', async () => {
    const source = analytics();
    const rollout = compared({ candidateVersions: [] });
    expect(await ask(source, { wanted, rollout, now: at(9 * day) })).toMatchObject({ kind: 'unmeasured' });
    expect(source.asked).toEqual([]);
  });

  test('by analytics that fail, with their cause, and throws nothing', async () => {
    const no = () => Promise.reject(new Error('The Store said no.'));
    const broken: StoreAnalytics = {
      failedDevices: no,
      failedDevicesBySignature: no,
      activeDevices: () => Promise.resolve([]),
    };
    expect(await ask(broken, { wanted, now: at(9 * day) })).toEqual({
      kind: 'unmeasured',
      cause: 'the Store’s analytics could not be read (The Store said no)',
    });
  });

  test('by analytics that know nobody with the candidate although days have settled', async () => {
    const active = [devices('2026-11-02', 9_000, '1.0.0.0')];
    expect(await ask(analytics({ active }), { wanted, now: at(2 * day + 30 * hour) })).toEqual({
      kind: 'unmeasured',
      cause: 'the Store’s analytics know no active device with 2.0.0.0 from 2026-11-02 to 2026-11-03',
    });
  });
});
