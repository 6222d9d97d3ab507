import { type Policy, policySchema } from '../../../src/shared/rollout/policy.ts';
import { seedApplication, seedSubmission } from '../../simulator/seeding.ts';
import { applicationSeedSchema, submissionSeedSchema } from '../../simulator/seeds.ts';
import type { Store } from '../../simulator/store.ts';
import type { Draws } from '../engine/draws.ts';

/** One rollout of a run, as the publisher would describe it. */
export type Subject = {
  /** The label by which alerts name it. */
  readonly name: string;
  readonly publisher: string;
  readonly applicationId: string;
  readonly flightId: string | undefined;
  submissionId: string;
  readonly policy: Policy;
  readonly startsAfterMs: number;
  /** How telemetry speaks of the build, and from when on it speaks otherwise. */
  telemetry: 'good' | 'bad' | 'silent';
  readonly turnsAfterMs: number;
  readonly turnsTo: Subject['telemetry'];
};

/** The same for everybody who runs a seed: how many instances, and which rollouts. */
export type Scene = {
  readonly instances: number;
  readonly publishers: readonly string[];
  readonly subjects: readonly Subject[];
};

const minute = 60_000;

/** Seeds the Store with applications whose submissions are on their way. */
export function sceneOf(draws: Draws, store: Store): Scene {
  const count = draws.pick([1, 1, 2, 3], 'subjects');
  const applications = draws.whole(1, Math.min(2, count), 'applications');
  const publishers = draws.chance(0.5, 'publishers') ? ['contoso', 'fabrikam'] : ['contoso'];
  const flights = Array.from({ length: applications }, (_, index) => openApplication(store, index));
  const subjects = Array.from({ length: count }, (_, index) => {
    const at = flights[index % applications];
    if (!at) throw new Error('every rollout has its application');
    const flightId =
      index < applications && draws.chance(0.5, 'production', index) ? undefined : at.flightIds[index];
    const publisher = publishers[(index % applications) % publishers.length] ?? 'contoso';
    return subjectOf(draws, store, { index, publisher, applicationId: at.applicationId, flightId });
  });
  return { instances: draws.whole(1, 3, 'instances'), publishers, subjects };
}

function openApplication(store: Store, index: number) {
  const seed = applicationSeedSchema.parse({
    name: `Application ${index}`,
    flights: [0, 1, 2].map((flight) => ({ name: `Flight ${flight}`, packageVersion: '1.0.0.0' })),
  });
  const { applicationId, flights } = store.change((state, now) => seedApplication(state, seed, now));
  return { applicationId, flightIds: flights.map(({ flightId }) => flightId) };
}

function subjectOf(
  draws: Draws,
  store: Store,
  { index, ...place }: Pick<Subject, 'publisher' | 'applicationId' | 'flightId'> & { readonly index: number },
): Subject {
  const { applicationId, flightId } = place;
  const name = `subject ${index}`;
  const policy = policyOf(draws, name);
  const rolloutPercentage = draws.pick([0, 0, policy.steps.at(0)?.percentage ?? 5], name, 'first');
  const status = () => draws.between(0, 4 * minute, name, 'status');
  const seed = submissionSeedSchema.parse({
    applicationId,
    ...(flightId !== undefined && { flightId }),
    packageVersion: '2.0.0.0',
    rolloutPercentage,
    timetable: {
      commitStarted: status(),
      preProcessing: status(),
      certification: status(),
      release: status(),
      publishing: status(),
    },
  });
  const { id } = store.change((state, now) => seedSubmission(state, seed, undefined, now));
  return {
    name,
    ...place,
    submissionId: id,
    policy,
    startsAfterMs: draws.between(0, 5 * minute, name, 'starts'),
    telemetry: 'good',
    turnsAfterMs: draws.between(20 * minute, 200 * minute, name, 'turns'),
    turnsTo: draws.pick(['good', 'good', 'bad', 'silent'], name, 'turnsTo'),
  };
}

const ways: readonly (readonly number[])[] = [[10, 50, 100], [5, 25, 60, 100], [1, 100], [100]];

function policyOf(draws: Draws, name: string): Policy {
  const steps = (draws.pick(ways, name, 'steps') ?? [100]).map((percentage, index) => ({
    percentage,
    bake: `${draws.pick([10, 20, 35], name, 'bake', index)}m`,
    approval: draws.chance(0.2, name, 'approval', index),
  }));
  return policySchema.parse({
    name: 'simulated',
    approvers: draws.pick([1, 2], name, 'approvers'),
    alerts: [
      { match: { subject: name, severity: 'critical' }, do: 'halt' },
      { match: { subject: name, severity: 'warning' }, do: 'hold' },
    ],
    steps,
    escalateHaltAfter: draws.pick(['1m', '5m'], name, 'escalates'),
    finalize: draws.pick(['automatic', 'automatic', 'manual'], name, 'finalize'),
    checks: [
      {
        name: 'failures',
        source: { kind: 'pushed', signal: 'sessions', staleAfter: '25m' },
        limit: { rate: 0.02 },
        minimumExposure: 100,
        onBad: 'halt',
      },
    ],
    unmeasured: { escalateAfter: '40m', onEscalation: draws.pick(['hold', 'hold', 'halt'], name, 'silence') },
  });
}
