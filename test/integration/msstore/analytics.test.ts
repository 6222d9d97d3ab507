import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStoreAnalytics } from '../../../src/shared/msstore/analytics.ts';
import { createRequester } from '../../../src/shared/msstore/client.ts';
import type { DailyDevices, StoreAnalytics } from '../../../src/shared/msstore/port.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';
import { applicationId, inTurn, type Script, startScripted } from './scriptedStore.ts';

const range = { applicationId, firstDay: '2026-03-01', lastDay: '2026-03-09' };
const crashes = { ...range, events: ['crash'] };

/** The analytics of a Store that answers as the script says. */
async function scripted(script: Script) {
  const server = await startScripted(script);
  const publisher = { tokens: { getToken: async () => 'token', drop: () => {} } };
  return {
    server,
    analytics: createStoreAnalytics(
      createRequester({ publisher, baseUrl: server.url, budget: unlimitedBudget }),
    ),
  };
}

const queryOf = (path = ''): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(path.split('?')[1]));

describe('failures by signature', () => {
  const row = { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: 'a', eventType: 'crash' };

  test('are asked for of all versions, by day', async () => {
    const { server, analytics } = await scripted(inTurn({ body: { Value: [] } }));
    await using _ = server;
    await analytics.failedDevicesBySignature({ ...range, events: ['crash', 'hang'] });
    expect(queryOf(server.seen[0]?.path)).toEqual({
      applicationId,
      startDate: '03/01/2026',
      endDate: '03/09/2026',
      filter: "(eventType eq 'crash' or eventType eq 'hang')",
      aggregationLevel: 'day',
      groupby: 'failureHash,packageVersion,eventType',
      top: '10000',
      skip: '0',
    });
  });

  test('come without what has no version, with what has no hash, and with counts that are not whole', async () => {
    const Value = [
      { ...row, deviceCount: 7.142857 },
      { ...row, failureHash: null, deviceCount: 1 },
      { ...row, failureHash: '', deviceCount: 2 },
      { ...row, failureHash: undefined, deviceCount: 3 },
      { ...row, packageVersion: null, deviceCount: 4 },
      { ...row, failureHash: 'b', deviceCount: null },
    ];
    const { server, analytics } = await scripted(inTurn({ body: { Value } }));
    await using _ = server;
    expect(await analytics.failedDevicesBySignature(crashes)).toEqual([
      { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: 'a', devices: 7.142857 },
      { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: '', devices: 1 },
      { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: '', devices: 2 },
      { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: '', devices: 3 },
      { date: '2026-03-02', packageVersion: '2.0.0.0', failureHash: 'b', devices: 0 },
    ]);
  });

  test('are read to the last page', async () => {
    const page = (hash: string, more: boolean) => ({
      body: {
        Value: [{ ...row, failureHash: hash, deviceCount: 1 }],
        ...(more && { '@nextLink': 'failurehits?skip=10000' }),
      },
    });
    const { server, analytics } = await scripted(inTurn(page('a', true), page('b', true), page('c', false)));
    await using _ = server;
    const rows = await analytics.failedDevicesBySignature(crashes);
    expect(rows.map(({ failureHash }) => failureHash)).toEqual(['a', 'b', 'c']);
    expect(server.seen.map(({ path }) => queryOf(path).skip)).toEqual(['0', '10000', '20000']);
  });

  test('that never end are an error, and not a part of the truth', async () => {
    const endless = { body: { Value: [{ ...row, deviceCount: 1 }], '@nextLink': 'failurehits?skip=1' } };
    const { server, analytics } = await scripted(inTurn(endless));
    await using _ = server;
    await expect(analytics.failedDevicesBySignature(crashes)).rejects.toMatchObject({
      name: 'StoreContractError',
      issues: ['more than 20 pages'],
    });
  });
});

describe('the simulated Store', () => {
  const day = 86_400_000;
  let simulator: Simulator;
  let analytics: StoreAnalytics;
  let application: string;
  beforeAll(async () => {
    simulator = await startSimulator({
      seed: 'analytics',
      toggles: { fractionalCounts: false },
      timetable: { commitStarted: 0, preProcessing: 0, certification: 0, release: 0, publishing: 0 },
    });
    simulator.setClock({ now: '2026-03-01T00:00:00Z', speed: 0 });
    application = simulator.seedApplication({ crashRate: 0.01 }).applicationId;
    simulator.seedSubmission({
      applicationId: application,
      packageVersion: '2.0.0.0',
      rolloutPercentage: 25,
      newSignature: { rate: 0.005, hash: 'new-one' },
    });
    simulator.advanceClock(8 * day);
    const { tenantId, clientId, clientSecret, authority: authorityHost, caPem: tlsCa } = simulator;
    const credential = { kind: 'secret', clientSecret } as const;
    const publisher = { tenantId, clientId, credential, authorityHost, tlsCa };
    analytics = createStoreAnalytics(
      createRequester({ publisher, baseUrl: simulator.url, budget: unlimitedBudget }),
    );
  });
  afterAll(() => simulator?.close());

  const query = () => ({ ...crashes, applicationId: application });
  const sumOf = (rows: readonly DailyDevices[], version?: string): number =>
    rows
      .filter(({ packageVersion }) => version === undefined || packageVersion === version)
      .reduce((sum, { devices }) => sum + devices, 0);

  test('tells two builds apart in one answer', async () => {
    const packageVersions = ['2.0.0.0', '1.0.0.0'];
    const failed = await analytics.failedDevices({ ...query(), packageVersions });
    const active = await analytics.activeDevices({ ...query(), packageVersions });
    for (const version of packageVersions) {
      expect(sumOf(failed, version)).toBe(
        sumOf(await analytics.failedDevices({ ...query(), packageVersions: [version] })),
      );
      expect(sumOf(active, version)).toBe(
        sumOf(await analytics.activeDevices({ ...query(), packageVersions: [version] })),
      );
    }
    expect(sumOf(failed, '2.0.0.0')).toBeGreaterThan(0);
    expect(sumOf(active, '1.0.0.0')).toBeGreaterThan(sumOf(active, '2.0.0.0'));
  });

  test('knows failures of days whose usage has not come', async () => {
    const packageVersions = ['1.0.0.0'];
    const lastDay = async (rows: Promise<readonly DailyDevices[]>) => (await rows).at(-1)?.date;
    expect(await lastDay(analytics.failedDevices({ ...query(), packageVersions }))).toBe('2026-03-08');
    expect(await lastDay(analytics.activeDevices({ ...query(), packageVersions }))).toBe('2026-03-06');
  });

  test('names a failure that only the candidate shows, beside many that both have', async () => {
    const rows = await analytics.failedDevicesBySignature(query());
    const versionsOf = Map.groupBy(rows, ({ failureHash }) => failureHash);
    const seenWith = (hash: string) =>
      new Set(versionsOf.get(hash)?.map(({ packageVersion }) => packageVersion));
    expect(seenWith('new-one')).toEqual(new Set(['2.0.0.0']));
    const shared = [...versionsOf.keys()].filter((hash) => seenWith(hash).size === 2);
    expect(shared.length).toBeGreaterThan(10);
  });
});
