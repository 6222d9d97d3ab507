import type { PolicyDocument } from '../../src/shared/rollout/policy.ts';
import { rolloutId } from '../../src/shared/rollout/rollout.ts';
import type { RolloutView } from '../support/api.ts';
import { day, hour, policyDocument } from '../support/builders.ts';
import type { CountedStage } from './countedStage.ts';

/** Which telemetry the one check of a rollout's policy reads. */
export type Telemetry = 'pushed' | 'storeAnalytics';

/** How long each step bakes, and after how much of it the check has evidence. */
export const timing: Readonly<Record<Telemetry, { bakeMs: number; evidenceMs: number }>> = {
  pushed: { bakeMs: 6 * hour, evidenceMs: hour },
  // A day of the Store's analytics is taken as complete 30 hours after its end.
  storeAnalytics: { bakeMs: 4 * day, evidenceMs: 60 * hour },
};

const checks: Readonly<Record<Telemetry, PolicyDocument['checks'][number]>> = {
  pushed: {
    name: 'launches',
    source: { kind: 'pushed', signal: 'launch' },
    limit: { rate: 0.01 },
    onBad: 'halt',
  },
  storeAnalytics: {
    name: 'crashes',
    source: { kind: 'storeAnalytics', events: ['crash'] },
    limit: { rate: 0.1 },
    onBad: 'halt',
  },
};

const steps: Readonly<Record<Telemetry, PolicyDocument['steps']>> = {
  pushed: [
    { percentage: 5, bake: '6h' },
    { percentage: 100, bake: '6h' },
  ],
  storeAnalytics: [
    { percentage: 5, bake: '4d' },
    { percentage: 100, bake: '4d' },
  ],
};

/** A submission in the Store, on a flight, and the rollout that automates it. */
export type Subject = {
  readonly id: string;
  readonly telemetry: Telemetry;
  /** What starts the rollout. */
  readonly request: Readonly<Record<string, unknown>>;
};

export async function submit({ control }: CountedStage, telemetry: Telemetry): Promise<Subject> {
  const application = await control.seedApplication({
    flights: [{ name: 'Beta', packageVersion: '1.0.0.0' }],
  });
  const { applicationId, flights } = application;
  const flightId = flights[0]?.flightId ?? '';
  const update = { packageVersion: '2.0.0.0', rolloutPercentage: 5 };
  const { submissionId } = await control.seedSubmission({ ...update, applicationId, flightId });
  const names = { applicationId, flightId, submissionId };
  const policy = policyDocument({
    steps: steps[telemetry],
    checks: [checks[telemetry]],
    // The same sample is pushed at every step, so its exposure does not grow with the percentage.
    unmeasured: { leastAdoption: 0 },
  });
  return { id: rolloutId(names), telemetry, request: { ...names, policy } };
}

export async function start({ api }: CountedStage, { request }: Subject): Promise<void> {
  const { status, body } = await api.send('POST', 'rollouts', request);
  if (status !== 201) throw new Error(`Starting answered ${status}: ${JSON.stringify(body)}`);
}

/** One sample of the last hour, well within the limit. */
export async function push({ api, control }: CountedStage, { id }: Subject): Promise<void> {
  const end = new Date((await control.readClock()).now);
  const sample = {
    signal: 'launch',
    start: new Date(end.getTime() - hour).toISOString(),
    end: end.toISOString(),
    candidate: { failed: 1, exposed: 10_000 },
  };
  const { status, body } = await api.send('POST', `rollouts/${id}/samples`, { samples: [sample] });
  if (status !== 200) throw new Error(`Pushing answered ${status}: ${JSON.stringify(body)}`);
}

/** Makes sure that what was counted is what its name says. */
export async function ensure(
  { api }: CountedStage,
  { id }: Subject,
  wanted: Partial<Pick<RolloutView, 'phase' | 'percentage' | 'sentence'>>,
): Promise<void> {
  const shown = await api.rollout(id);
  const { phase = shown.phase, percentage = shown.percentage, sentence = '' } = wanted;
  if (shown.phase !== phase || shown.percentage !== percentage || !shown.sentence.startsWith(sentence))
    throw new Error(
      `Expected ${JSON.stringify(wanted)}, but ${id} is ${shown.phase} at ${shown.percentage} %: ${shown.sentence}`,
    );
}
