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

export type CallOptions = {
  readonly abortSignal?: AbortSignal;
  /** For changes: send at most once, and leave what did not come through to the caller. */
  readonly once?: boolean;
};

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

/** Devices counted on one UTC day, `YYYY-MM-DD`, for one package version. */
export type DailyDevices = {
  readonly date: string;
  readonly packageVersion: string;
  readonly devices: number;
};

/** Devices that showed one failure, known by the hash that the Store gives it; empty where it gives none. */
export type DailySignature = DailyDevices & { readonly failureHash: string };

export type DailyRange = {
  readonly applicationId: string;
  /** Both days included, `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly lastDay: string;
};

/** Which of the Store's event types count as failures, such as `crash`. */
export type FailureKinds = { readonly events: readonly string[] };
export type DailyQuery = DailyRange & { readonly packageVersions: readonly string[] };

/** The figures of the Store's analytics that make a rate: devices that failed, of devices that were active. */
export interface StoreAnalytics {
  failedDevices(query: DailyQuery & FailureKinds, options?: CallOptions): Promise<readonly DailyDevices[]>;
  /** Of all versions. What the Store names no version or no hash for is left out: nobody can tell whose it is. */
  failedDevicesBySignature(
    query: DailyRange & FailureKinds,
    options?: CallOptions,
  ): Promise<readonly DailySignature[]>;
  /** Of all versions, if none is named. */
  activeDevices(
    query: DailyRange & Partial<DailyQuery>,
    options?: CallOptions,
  ): Promise<readonly DailyDevices[]>;
}

/** Whether a publisher can reach the Store at all. */
export interface StoreProbe {
  /** One cheap request that needs a token and the Store; rejects with a `StoreError` if either fails. */
  probe(options?: CallOptions): Promise<void>;
}
