import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStoreAnalytics } from '../../../src/shared/msstore/analytics.ts';
import { createRequester, createStoreClient } from '../../../src/shared/msstore/client.ts';
import type { StoreAnalytics } from '../../../src/shared/msstore/port.ts';
import type { Counts, Sample } from '../../../src/shared/rollout/evidence.ts';
import type { PolicyDocument } from '../../../src/shared/rollout/policy.ts';
import { newRollout, type Rollout } from '../../../src/shared/rollout/rollout.ts';
import { createStoreAnalyticsSource } from '../../../src/shared/telemetry/storeAnalytics.ts';
import { observe } from '../../../src/shared/usecases/rollout/observe.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { day, hour, policy } from '../../support/builders.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';

const start = new Date('2026-03-01T00:00:00Z');
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    seed: 'telemetry',
    timetable: { commitStarted: 0, preProcessing: 0, certification: 0, release: 0, publishing: 0 },
  });
});
afterAll(() => simulator?.close());

function clientsOf() {
  const { tenantId, clientId, clientSecret, authority: authorityHost, caPem: tlsCa } = simulator;
  const credential = { kind: 'secret', clientSecret } as const;
  const options = {
    publisher: { tenantId, clientId, credential, authorityHost, tlsCa },
    baseUrl: simulator.url,
    budget: unlimitedBudget,
  };
  const requester = createRequester(options);
  return { store: createStoreClient(options, requester), analytics: createStoreAnalytics(requester) };
}

type Build = { readonly crashRate: number; readonly newSignature?: { rate: number; hash: string } };

/** A build that a quarter of the users is offered for four days, as the Store shows it. */
async function rolledOut(build: Build) {
  simulator.setClock({ now: start.toISOString(), speed: 0 });
  const { applicationId } = simulator.seedApplication({ crashRate: 0.01, adoptionHours: 2 });
  const seed = { applicationId, packageVersion: '2.0.0.0', rolloutPercentage: 25, ...build };
  const { submissionId } = simulator.seedSubmission(seed);
  simulator.advanceClock(4 * day);
  const { store, analytics } = clientsOf();
  const rollout = newRollout({ publisher: 'contoso', applicationId, submissionId, policy: policy() }, start);
  const probe = async () => {};
  const observed = await observe({ storeOf: () => ({ ...store, probe }) }, rollout, start, {});
  if (observed.kind !== 'published') throw new Error(`The Store says ${observed.kind}.`);
  const [candidateVersions, controlVersions] = [observed.candidateVersions, observed.controlVersions];
  return {
    analytics,
    rollout: {
      ...rollout,
      ...(candidateVersions && { candidateVersions: [...candidateVersions] }),
      ...(controlVersions && { controlVersions: [...controlVersions] }),
    },
  };
}

type Wanted = Pick<PolicyDocument['checks'][number], 'compare' | 'newSignature'>;

async function measured(
  { analytics, rollout }: { readonly analytics: StoreAnalytics; readonly rollout: Rollout },
  wanted: Wanted,
): Promise<readonly Sample[]> {
  const [check] = policy({
    checks: [{ name: 'crashes', source: { kind: 'storeAnalytics' }, onBad: 'halt', ...wanted }],
  }).checks;
  if (check?.source.kind !== 'storeAnalytics') throw new Error('the test policy asks another source');
  const { source } = check;
  const now = new Date(start.getTime() + 4 * day);
  const question = { rollout, check, source, from: start, now };
  const answer = await createStoreAnalyticsSource(() => analytics)(question);
  if (answer.kind === 'unmeasured') throw new Error(answer.cause);
  expect(answer.pendingUntil).toEqual(new Date(start.getTime() + 3 * day + 30 * hour));
  return answer.samples;
}

const none: Counts = { failed: 0, exposed: 0 };

function countsOf({ candidate }: Sample): Counts {
  if ('value' in candidate) throw new Error('the Store’s analytics count');
  return candidate;
}

const rateOf = (counts: readonly Counts[]): number =>
  counts.reduce((sum, { failed }) => sum + failed, 0) / counts.reduce((sum, { exposed }) => sum + exposed, 0);

describe('the Store’s analytics of a build that a quarter of the users gets', () => {
  test('set it beside the users of the fallback', async () => {
    const samples = await measured(await rolledOut({ crashRate: 0.03 }), { compare: { to: 'control' } });
    expect(samples).toHaveLength(4);
    const settled = samples.slice(0, 2);
    const [candidates, controls] = [settled.map(countsOf), settled.map(({ control }) => control ?? none)];
    expect(rateOf(candidates) / rateOf(controls)).toBeCloseTo(3, 0);
    for (const { candidate, control } of samples.slice(2)) {
      expect(candidate).toMatchObject({ exposed: 0, failed: expect.any(Number) });
      expect(control).toMatchObject({ exposed: 0 });
    }
  });

  test('find one new failure, and none that are worse versions of old ones', async () => {
    const newSignature = { rate: 0.002, hash: 'new-one' };
    const fresh = async (build: Build) => {
      const samples = await measured(await rolledOut(build), { newSignature: {} });
      const signatures = samples.flatMap((sample) => sample.signatures ?? []);
      return new Set(signatures.filter(({ seenBefore }) => !seenBefore).map(({ hash }) => hash));
    };
    expect(await fresh({ crashRate: 0.01, newSignature })).toEqual(new Set(['new-one']));
    expect(await fresh({ crashRate: 0.03 })).toEqual(new Set());
  });
});
