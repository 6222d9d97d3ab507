import type { Alert } from '../../src/shared/alerts/alert.ts';
import type { Evidence, Sample } from '../../src/shared/rollout/evidence.ts';
import type { Observed } from '../../src/shared/rollout/observed.ts';
import { type Policy, type PolicyDocument, policySchema } from '../../src/shared/rollout/policy.ts';
import { newRollout, type Rollout } from '../../src/shared/rollout/rollout.ts';

/** Values for tests of the core, each with what the test does not care about filled in. */

export const hour = 3_600_000;
export const day = 24 * hour;
export const start = new Date('2026-11-02T00:00:00Z');
export const at = (ms: number): Date => new Date(start.getTime() + ms);

export const policyDocument = (change: Partial<PolicyDocument> = {}): PolicyDocument => ({
  name: 'test',
  steps: [
    { percentage: 5, bake: '6h' },
    { percentage: 25, bake: '12h' },
    { percentage: 100, bake: '1d' },
  ],
  finalize: 'automatic',
  checks: [
    {
      name: 'launches',
      source: { kind: 'pushed', signal: 'launch' },
      limit: { rate: 0.01 },
      minimumExposure: 500,
      onBad: 'halt',
    },
  ],
  unmeasured: { escalateAfter: '6h' },
  ...change,
});

export const policy = (change: Partial<PolicyDocument> = {}): Policy =>
  policySchema.parse(policyDocument(change));

export const applicationId = '9NBLGGH4R315';
export const flightId = '7bfc11d5-f710-47c5-8a98-e04bb5aad310';
export const submissionId = '1152921504621086517';

/** A rollout that nobody has looked at yet. */
export const fresh = (change: Partial<Rollout> = {}): Rollout => ({
  ...newRollout({ publisher: 'contoso', applicationId, flightId, submissionId, policy: policy() }, start),
  ...change,
});

/** A rollout at its first step, entered at `start`. */
export const ramping = (change: Partial<Rollout> = {}): Rollout => ({
  ...fresh(),
  phase: 'ramping',
  submissionStatus: 'Published',
  candidateVersions: ['2.0.0.0'],
  percentage: 5,
  reached: 5,
  step: 0,
  stepSince: start,
  ...change,
});

export const inProgress = (percentage: number): Observed => ({
  kind: 'published',
  status: 'Published',
  rollout: { state: 'inProgress', percentage },
});

export const endedAs = (state: 'complete' | 'stopped'): Observed => ({
  kind: 'published',
  status: 'Published',
  rollout: { state, percentage: state === 'complete' ? 100 : 0 },
});

export const evidence = (kind: Evidence['kind'], change: Partial<Evidence> = {}): Evidence => ({
  check: 'launches',
  kind,
  onBad: 'halt',
  sentence: `${kind} numbers`,
  ...change,
});

export const counts = (fromHour: number, failed: number, exposed: number): Sample => ({
  start: at(fromHour * hour),
  end: at((fromHour + 1) * hour),
  source: 'test',
  candidate: { failed, exposed },
});

export const value = (fromHour: number, measured: number): Sample => ({
  start: at(fromHour * hour),
  end: at((fromHour + 1) * hour),
  source: 'test',
  candidate: { value: measured },
});

/** An alert of a sender that says all of it. */
export const firingAlert = (change: Partial<Alert> = {}): Alert => ({
  sender: 'prod',
  format: 'generic',
  fingerprint: 'f1',
  status: 'firing',
  title: 'Crash rate',
  labels: { app: 'notes' },
  startsAt: at(0),
  ...change,
});
