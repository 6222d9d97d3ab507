import { z } from 'zod';
import { createSubmission } from './creation.ts';
import { invalidState } from './errors.ts';
import { requireTrack, rolloutRunning, withSubmission, withTrack } from './lookups.ts';
import { publish } from './progress.ts';
import { finalize, halt, updatePercentage } from './rollouts.ts';
import { seedSubmission } from './seeding.ts';
import { applicationIdSchema, flightIdSchema, submissionSeedSchema } from './seeds.ts';
import type { Change, State, Submission, Track } from './state.ts';
import { withoutSubmission } from './submissions.ts';

/** A person acts on the website. What they do shows in the API only by its effect. */

const trackShape = { applicationId: applicationIdSchema, flightId: flightIdSchema.optional() };
const onTrack = z.strictObject(trackShape);

/** The things a person can do, each with what it needs. All act on the track's pending or last published submission. */
export const portalActions = {
  /** Moves the selector of the running rollout, up or down. */
  'set-percentage': z.strictObject({ ...trackShape, percentage: z.number().min(0).max(100) }),
  halt: onTrack,
  finalize: onTrack,
  /** Takes the submission that is on its way back. */
  'cancel-certification': onTrack,
  /** Publishes a submission that waits for it in `Release`. */
  'publish-now': onTrack,
  /** Pushes on a commit that is stuck, or submits a draft. */
  submit: onTrack,
  /** Ends the running rollout and publishes a newer submission at once. */
  'replace-submission': z.strictObject({
    ...trackShape,
    packageVersion: submissionSeedSchema.shape.packageVersion,
    rolloutPercentage: submissionSeedSchema.shape.rolloutPercentage,
    endRolloutBy: z.enum(['halt', 'finalize']).default('halt'),
  }),
  'create-draft': onTrack,
  /** Touches the draft, so that the API may only delete it afterwards. */
  'edit-draft': onTrack,
  'delete-draft': onTrack,
};
export type PortalAction = keyof typeof portalActions;
export type PortalInput<A extends PortalAction> = z.input<(typeof portalActions)[A]>;

export const isPortalAction = (name: string): name is PortalAction => Object.hasOwn(portalActions, name);

/** Does one action. Gives the id of the submission acted upon; throws a `Refusal` where the website would not offer it. */
export function act(state: State, action: PortalAction, input: unknown, now: number): Change<string> {
  switch (action) {
    case 'set-percentage':
      return setPercentage(state, portalActions[action].parse(input), now);
    case 'halt': {
      const published = requirePublished(
        state,
        requireTrack(state, refOf(portalActions[action].parse(input))),
      );
      return { state: halt(state, published.track, published.id, now).state, value: published.id };
    }
    case 'finalize': {
      const published = requirePublished(
        state,
        requireTrack(state, refOf(portalActions[action].parse(input))),
      );
      return { state: finalize(state, published.track, published.id, now).state, value: published.id };
    }
    case 'replace-submission':
      return replaceSubmission(state, portalActions[action].parse(input), now);
    case 'create-draft': {
      const ref = refOf(portalActions[action].parse(input));
      const created = createSubmission(state, ref, 'portal', undefined, now);
      return { state: created.state, value: created.value.id };
    }
    case 'cancel-certification':
    case 'publish-now':
    case 'submit':
    case 'edit-draft':
    case 'delete-draft':
      return actOnPending(state, action, requireTrack(state, refOf(portalActions[action].parse(input))), now);
  }
}

const refOf = (input: { applicationId: string; flightId?: string | undefined }) => ({
  applicationId: input.applicationId,
  flightId: input.flightId,
});

type SetPercentage = z.output<(typeof portalActions)['set-percentage']>;

/** The website lets the selector go both ways, whatever the API does. */
function setPercentage(state: State, input: SetPercentage, now: number): Change<string> {
  const published = requirePublished(state, requireTrack(state, refOf(input)));
  const toggles = { ...state.toggles, percentageDecrease: 'accepted', percentageZero: 'accepted' } as const;
  const changed = updatePercentage(
    { ...state, toggles },
    published.track,
    published.id,
    String(input.percentage),
    now,
  );
  return { state: { ...changed.state, toggles: state.toggles }, value: published.id };
}

type ReplaceSubmission = z.output<(typeof portalActions)['replace-submission']>;

function replaceSubmission(state: State, input: ReplaceSubmission, now: number): Change<string> {
  const track = requireTrack(state, refOf(input));
  const { packageVersion, rolloutPercentage } = input;
  const free = withoutPending(withoutRollout(state, track, input.endRolloutBy, now), track);
  const seed = submissionSeedSchema.parse({ ...refOf(input), packageVersion, rolloutPercentage });
  const seeded = seedSubmission(free, seed, undefined, now);
  const newer: Submission = { ...seeded.value, origin: 'portal' };
  return { state: publish(seeded.state, newer, now), value: newer.id };
}

function withoutRollout(state: State, track: Track, by: 'halt' | 'finalize', now: number): State {
  if (!rolloutRunning(state, track) || track.lastPublishedId === undefined) return state;
  const end = by === 'halt' ? halt : finalize;
  return end(state, track.ref, track.lastPublishedId, now).state;
}

function withoutPending(state: State, track: Track): State {
  const pending = track.pendingId === undefined ? undefined : state.submissions[track.pendingId];
  return pending ? withoutSubmission(state, pending) : state;
}

type PendingAction = 'cancel-certification' | 'publish-now' | 'submit' | 'edit-draft' | 'delete-draft';

function actOnPending(state: State, action: PendingAction, track: Track, now: number): Change<string> {
  const submission = requirePending(state, track);
  const changed = (change: Partial<Submission>): Change<string> => ({
    state: withSubmission(state, { ...submission, ...change }),
    value: submission.id,
  });
  switch (action) {
    case 'cancel-certification':
      return { state: cancelled(state, submission, now), value: submission.id };
    case 'publish-now':
      if (submission.targetPublishMode === 'Immediate') throw notOffered('It publishes by itself.');
      return changed({ publishRequestedAt: now });
    case 'submit':
      return changed(submitted(submission, now));
    case 'edit-draft':
      if (submission.status !== 'PendingCommit') throw notOffered('It is no draft.');
      return changed({ editedInPortal: true });
    case 'delete-draft':
      return { state: withoutSubmission(state, submission), value: submission.id };
  }
}

function cancelled(state: State, submission: Submission, now: number): State {
  const under = [
    'CommitStarted',
    'PreProcessing',
    'Certification',
    'Signing',
    'Release',
    'PendingPublication',
  ];
  if (!under.includes(submission.status)) throw notOffered('It is not on its way.');
  const portalDraft = state.toggles.cancelledSubmission === 'portalDraft';
  const next = withSubmission(state, {
    ...submission,
    status: portalDraft ? 'PendingCommit' : 'Canceled',
    statusSince: now,
    editedInPortal: submission.editedInPortal || portalDraft,
  });
  if (state.toggles.cancelledSubmission !== 'freesSlot') return next;
  return withTrack(next, { ...requireTrack(next, submission.track), pendingId: undefined });
}

function submitted(submission: Submission, now: number): Partial<Submission> {
  const { itinerary, status } = submission;
  const stuck = status === 'CommitStarted' && itinerary.outcome === 'stuckCommitStarted';
  if (status !== 'PendingCommit' && !stuck) throw notOffered('It is on its way already.');
  return { status: 'CommitStarted', statusSince: now, itinerary: { ...itinerary, outcome: 'published' } };
}

function requirePublished(state: State, track: Track): Submission {
  const submission =
    track.lastPublishedId === undefined ? undefined : state.submissions[track.lastPublishedId];
  if (!submission) throw notOffered('The track has no published submission.');
  return submission;
}

function requirePending(state: State, track: Track): Submission {
  const submission = track.pendingId === undefined ? undefined : state.submissions[track.pendingId];
  if (!submission) throw notOffered('The track has no pending submission.');
  return submission;
}

const notOffered = (why: string) => invalidState(`Partner Center does not offer this. ${why}`);
