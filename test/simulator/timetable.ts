import { z } from 'zod';
import { uniform } from './draws.ts';
import type { StatusDetail, Submission, SubmissionStatus } from './state.ts';
import type { Toggles } from './toggles.ts';

const duration = z.number().min(0).optional();

/** How long a submission stays in each status, in milliseconds of domain time; 0 skips `PendingPublication`. */
export const timetableSchema = z.strictObject({
  commitStarted: duration,
  preProcessing: duration,
  certification: duration,
  release: duration,
  pendingPublication: duration,
  publishing: duration,
});
export type Timetable = Readonly<Record<keyof z.infer<typeof timetableSchema>, number>>;
export type TimetableChange = z.infer<typeof timetableSchema>;

/** How the way of a submission ends. */
export const outcomeSchema = z.enum([
  'published',
  'commitFailed',
  'preProcessingFailed',
  'certificationFailed',
  'releaseFailed',
  'publishFailed',
  'stuckCommitStarted',
  'revertsToPendingCommit',
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** The way of one submission. */
export type Itinerary = {
  readonly timetable: Timetable;
  readonly outcome: Outcome;
  /** What the Store says once the outcome is a failure; empty: the usual words. */
  readonly errors: readonly StatusDetail[];
};

const minute = 60_000;

export const defaultTimetable: Timetable = {
  commitStarted: 3 * minute,
  preProcessing: 15 * minute,
  certification: 120 * minute,
  release: 5 * minute,
  pendingPublication: 0,
  publishing: 20 * minute,
};

export const merged = (timetable: Timetable, change: TimetableChange): Timetable => ({
  commitStarted: change.commitStarted ?? timetable.commitStarted,
  preProcessing: change.preProcessing ?? timetable.preProcessing,
  certification: change.certification ?? timetable.certification,
  release: change.release ?? timetable.release,
  pendingPublication: change.pendingPublication ?? timetable.pendingPublication,
  publishing: change.publishing ?? timetable.publishing,
});

/** No two submissions take equally long: 0.75 to 1.25 of the usual, and one in four passes PendingPublication. */
export function varied(timetable: Timetable, seed: string, submissionId: string): Timetable {
  const vary = (ms: number, name: string) => Math.round(ms * (0.75 + uniform(seed, submissionId, name) / 2));
  const visits = uniform(seed, submissionId, 'pendingPublication') < 0.25;
  return {
    commitStarted: vary(timetable.commitStarted, 'commitStarted'),
    preProcessing: vary(timetable.preProcessing, 'preProcessing'),
    certification: vary(timetable.certification, 'certification'),
    release: vary(timetable.release, 'release'),
    pendingPublication: timetable.pendingPublication || (visits ? timetable.release : 0),
    publishing: vary(timetable.publishing, 'publishing'),
  };
}

export type Milestone = { readonly status: SubmissionStatus; readonly at: number };

/** The next status of a submission and when it comes, or nothing while it waits for someone or has arrived. */
export function nextMilestone(submission: Submission, toggles: Toggles): Milestone | undefined {
  const { statusSince, itinerary } = submission;
  const { timetable, outcome } = itinerary;
  switch (submission.status) {
    case 'CommitStarted':
      return afterCommit(statusSince + timetable.commitStarted, outcome);
    case 'PreProcessing':
      return {
        status: outcome === 'preProcessingFailed' ? 'PreProcessingFailed' : 'Certification',
        at: statusSince + timetable.preProcessing,
      };
    case 'Certification':
      return {
        status: afterCertification(outcome, toggles),
        at: statusSince + timetable.certification,
      };
    case 'Signing':
      return { status: 'Release', at: statusSince + timetable.release };
    case 'Release':
      return afterRelease(submission);
    case 'PendingPublication':
      return { status: 'Publishing', at: statusSince + timetable.pendingPublication };
    case 'Publishing':
      return {
        status: outcome === 'publishFailed' ? 'PublishFailed' : 'Published',
        at: statusSince + timetable.publishing,
      };
    case 'None':
    case 'Canceled':
    case 'PendingCommit':
    case 'Published':
    case 'CommitFailed':
    case 'PreProcessingFailed':
    case 'CertificationFailed':
    case 'ReleaseFailed':
    case 'PublishFailed':
      return undefined;
  }
}

function afterCommit(at: number, outcome: Outcome): Milestone | undefined {
  switch (outcome) {
    case 'stuckCommitStarted':
      return undefined;
    case 'revertsToPendingCommit':
      return { status: 'PendingCommit', at };
    case 'commitFailed':
      return { status: 'CommitFailed', at };
    case 'published':
    case 'preProcessingFailed':
    case 'certificationFailed':
    case 'releaseFailed':
    case 'publishFailed':
      return { status: 'PreProcessing', at };
  }
}

function afterCertification(outcome: Outcome, { unknownStatus }: Toggles): SubmissionStatus {
  if (outcome === 'certificationFailed') return 'CertificationFailed';
  return unknownStatus === 'never' ? 'Release' : 'Signing';
}

/** Release is where a submission waits for its date, or for a person to click. */
function afterRelease(submission: Submission): Milestone | undefined {
  const { statusSince, itinerary, publishRequestedAt } = submission;
  const opens = releaseOpensAt(submission, publishRequestedAt);
  if (opens === undefined) return undefined;
  const at = Math.max(statusSince, opens) + itinerary.timetable.release;
  if (itinerary.outcome === 'releaseFailed') return { status: 'ReleaseFailed', at };
  return { status: itinerary.timetable.pendingPublication > 0 ? 'PendingPublication' : 'Publishing', at };
}

function releaseOpensAt(submission: Submission, requestedAt: number | undefined): number | undefined {
  switch (submission.targetPublishMode) {
    case 'Immediate':
      return submission.statusSince;
    case 'Manual':
      return requestedAt;
    case 'SpecificDate':
      return requestedAt ?? Date.parse(submission.targetPublishDate);
  }
}
