import { StoreRejectedError } from './errors.ts';
import type { SubmissionRef, Track } from './model.ts';
import type { StoreOperation } from './operations.ts';

/** The forms of the Store's ids. They are checked before an id touches a URL. */
const idPatterns = {
  /** A Store ID, such as `9NBLGGH4R315`. */
  applicationId: /^[0-9A-Za-z]{12}$/,
  /** A GUID. */
  flightId: /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/,
  /** A decimal number that exceeds 2^53, so always a string. */
  submissionId: /^[1-9][0-9]{0,19}$/,
} as const;

const segment = (kind: keyof typeof idPatterns, id: string, operation: StoreOperation): string => {
  if (idPatterns[kind].test(id)) return encodeURIComponent(id);
  const shown = JSON.stringify(id.slice(0, 60));
  throw new StoreRejectedError(`${shown} is not the form of the Store's ${kind}`, { operation });
};

/**
 * `applications/{applicationId}`, relative to `/v1.0/my/`. Throws `StoreRejectedError` for an id of the wrong
 * form, as all here do.
 */
export function applicationPath(applicationId: string, operation: StoreOperation): string {
  return `applications/${segment('applicationId', applicationId, operation)}`;
}

/** `applications/{applicationId}/flights/{flightId}`. */
export function flightPath(applicationId: string, flightId: string, operation: StoreOperation): string {
  return `${applicationPath(applicationId, operation)}/flights/${segment('flightId', flightId, operation)}`;
}

/** The collection of a track's submissions. */
export function submissionsPath(track: Track, operation: StoreOperation): string {
  const { applicationId } = track;
  const owner =
    track.kind === 'flight'
      ? flightPath(applicationId, track.flightId, operation)
      : applicationPath(applicationId, operation);
  return `${owner}/submissions`;
}

/** One submission. */
export function submissionPath(ref: SubmissionRef, operation: StoreOperation): string {
  return `${submissionsPath(ref.track, operation)}/${segment('submissionId', ref.submissionId, operation)}`;
}
