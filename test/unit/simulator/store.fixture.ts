import { commitSubmission } from '../../simulator/commits.ts';
import { createSubmission } from '../../simulator/creation.ts';
import { Refusal } from '../../simulator/errors.ts';
import { requireSubmission } from '../../simulator/lookups.ts';
import { settle } from '../../simulator/progress.ts';
import { seedApplication } from '../../simulator/seeding.ts';
import { type ApplicationSeed, applicationSeedSchema } from '../../simulator/seeds.ts';
import type { State, Submission, TrackRef } from '../../simulator/state.ts';
import { updateSubmission } from '../../simulator/submissions.ts';
import { defaultTimetable } from '../../simulator/timetable.ts';
import { changeToggles, defaultToggles, type TogglesChange } from '../../simulator/toggles.ts';

/** A Store to try transitions on: one application with a published submission, and the flight `beta`, published too. */

export const minute = 60_000;
export const hour = 60 * minute;
export const start = Date.parse('2026-03-01T00:00:00Z');

export const applicationId = '9NSTOREAPP01';
export const flightId = '11111111-2222-4333-8444-555555555555';
export const production: TrackRef = { applicationId, flightId: undefined };
export const beta: TrackRef = { applicationId, flightId };

export function aStore(toggles: TogglesChange = {}, seed: ApplicationSeed = {}): State {
  const empty: State = {
    seed: 'test',
    toggles: changeToggles(defaultToggles, toggles),
    timetable: defaultTimetable,
    serial: 1,
    applications: {},
    flights: {},
    tracks: {},
    submissions: {},
  };
  const flights = [{ flightId, name: 'beta', packageVersion: '1.0.0.0' }];
  const parsed = applicationSeedSchema.parse({ applicationId, flights, ...seed });
  return seedApplication(empty, parsed, start).state;
}

const upload = { blobName: 'blob', expiresAt: 0 };

/** The state after creating a draft, and the draft. */
export function withDraft(state: State, ref: TrackRef, now = start): [State, Submission] {
  const { state: next, value } = createSubmission(state, ref, 'api', upload, now);
  return [next, value];
}

/** A PUT that adds one package and asks for a rollout, round-tripping what is there. */
export const putBody = (draft: Submission, percentage?: number, fileName = 'App_1.1.0.0_x64.msix') => {
  const packages = [...draft.packages, { fileName, fileStatus: 'PendingUpload' }];
  const rollout = { isPackageRollout: percentage !== undefined, packageRolloutPercentage: percentage ?? 0 };
  return {
    ...draft.listing,
    ...(draft.track.flightId === undefined
      ? { applicationPackages: packages }
      : { flightPackages: packages }),
    packageDeliveryOptions: { packageRollout: rollout },
    targetPublishMode: 'Immediate',
  };
};

/** Creates, updates and commits a submission at `now`. */
export function withCommitted(
  state: State,
  ref: TrackRef,
  percentage: number | undefined,
  now = start,
): [State, Submission] {
  const [drafted, draft] = withDraft(state, ref, now);
  const updated = updateSubmission(drafted, ref, draft.id, putBody(draft, percentage));
  const { state: next, value } = commitSubmission(updated.state, ref, draft.id, {
    archive: 'unchecked',
    now,
  });
  return [next, value];
}

/** A submission that was committed at `start` and is published four hours later, in the middle of its rollout. */
export function withRollout(state: State, ref: TrackRef, percentage = 10): [State, Submission] {
  const [committed, { id }] = withCommitted(state, ref, percentage);
  const published = settle(committed, start + 4 * hour);
  return [published, requireSubmission(published, ref, id)];
}

/** What a transition is refused with. */
export function refusalOf(transition: () => unknown): { status: number; code: unknown; message: unknown } {
  try {
    transition();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message } = { code: undefined, message: undefined, ...error.body };
    return { status: error.status, code, message };
  }
  throw new Error('It was not refused.');
}
