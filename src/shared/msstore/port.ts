import type {
  Application,
  Flight,
  PackageRollout,
  Submission,
  SubmissionChanges,
  SubmissionProgress,
  SubmissionRef,
  Track,
  TrackState,
} from './model.ts';

export type CallOptions = { readonly abortSignal?: AbortSignal };

/** What a pass reads of the Store. */
export interface StoreReader {
  /** What the track holds: the application's or the flight's published and pending submission. */
  getTrack(track: Track, options?: CallOptions): Promise<TrackState>;
  getSubmission(ref: SubmissionRef, options?: CallOptions): Promise<Submission>;
  getSubmissionStatus(ref: SubmissionRef, options?: CallOptions): Promise<SubmissionProgress>;
  getPackageRollout(ref: SubmissionRef, options?: CallOptions): Promise<PackageRollout>;
}

/**
 * What changes a published package rollout. Each call posts once, and after a fault reads the rollout and repeats the
 * post only if it did not apply. It returns the rollout as the Store showed it after the change.
 */
export interface RolloutWriter {
  updateRolloutPercentage(
    ref: SubmissionRef,
    percentage: number,
    options?: CallOptions,
  ): Promise<PackageRollout>;
  haltPackageRollout(ref: SubmissionRef, options?: CallOptions): Promise<PackageRollout>;
  finalizePackageRollout(ref: SubmissionRef, options?: CallOptions): Promise<PackageRollout>;
}

/** Looking around, and carrying a draft to its commit. */
export interface SubmissionWriter {
  getApplication(applicationId: string, options?: CallOptions): Promise<Application>;
  listFlights(applicationId: string, options?: CallOptions): Promise<readonly Flight[]>;
  getFlight(applicationId: string, flightId: string, options?: CallOptions): Promise<Flight>;
  createSubmission(track: Track, options?: CallOptions): Promise<Submission>;
  updateSubmission(
    ref: SubmissionRef,
    changes: SubmissionChanges,
    options?: CallOptions,
  ): Promise<Submission>;
  /** Uploads the ZIP of the draft's packages to the place that the Store named for it. */
  uploadPackages(ref: SubmissionRef, zip: Uint8Array, options?: CallOptions): Promise<void>;
  commitSubmission(ref: SubmissionRef, options?: CallOptions): Promise<SubmissionProgress>;
  deleteSubmission(ref: SubmissionRef, options?: CallOptions): Promise<void>;
}

export type Store = StoreReader & RolloutWriter;
