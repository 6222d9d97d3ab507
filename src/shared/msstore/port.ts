import type { RequestLane } from '../budget/budget.ts';
import type { Ticket } from '../budget/port.ts';
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
import type { UploadUrl } from './uploadUrl.ts';

export type CallOptions = {
  readonly abortSignal?: AbortSignal;
  /** For changes: send at most once, and leave what did not come through to the caller. */
  readonly once?: boolean;
  /**
   * What its requests are taken from the budget for. Without it, reads are polls, a halt is a halt, and all else is a
   * change.
   */
  readonly lane?: RequestLane;
  /** Taken before the call, for its first request. */
  readonly ticket?: Ticket;
  /** How long its requests may wait for room in the budget, in ms; the budget's own patience if not given. */
  readonly patienceMs?: number;
};

/** A piece of an upload. `md5` is the one that the source's own storage computed, where it did. */
export type SourceRange = { readonly bytes: Uint8Array; readonly md5?: Uint8Array | undefined };

/** A signed, read-only URL of a blob with the ETag that its bytes had. The signing may be asked for again. */
export type CopySource = { readonly signedUrl: () => Promise<UploadUrl>; readonly etag: string };

/**
 * The bytes of an upload, in the ways in which they can be had. At least one of `read` and `stream`; an error of
 * theirs ends the upload as it is.
 */
export type UploadSource = {
  /** Another one when the bytes are others. Blocks that an earlier upload of this version left are used. */
  readonly version: string;
  readonly size: number;
  /** The MD5 of all bytes in base64, if it is known; it is kept with the uploaded blob. */
  readonly contentMd5?: string | undefined;
  /** Exactly these bytes. */
  readonly read?: (
    offset: number,
    count: number,
    abortSignal: AbortSignal | undefined,
  ) => Promise<SourceRange>;
  /** All bytes from the start, for what is made on the way. */
  readonly stream?: (abortSignal: AbortSignal | undefined) => AsyncIterable<Uint8Array>;
  /** Where the Store's storage can fetch them itself; tried first. */
  readonly copyFrom?: CopySource | undefined;
};

export type UploadProgress = { readonly uploadedBytes: number; readonly totalBytes: number };

export type UploadOptions = CallOptions & {
  /** Begin no more blocks after this; the answer is `partial` then, and the next upload goes on from there. */
  readonly until?: AbortSignal;
  /** Called at the start and after each block. Must not throw. */
  readonly onProgress?: (progress: UploadProgress) => void;
  /** The bytes of a block, 4 MiB if not given; more where 50 000 blocks would not be enough. */
  readonly blockBytes?: number;
  /** How many blocks are under way at once, 8 if not given. */
  readonly concurrency?: number;
};

/**
 * How the bytes of an upload came to the Store.
 * `copied`: the Store's storage fetched them. `streamed`: they passed through here, at least some of them.
 * `found`: an earlier upload had brought them all.
 */
export type UploadMethod = 'copied' | 'streamed' | 'found';

/** `copyRefused` says why bytes were streamed that should have been copied. */
export type UploadResult =
  | {
      readonly kind: 'complete';
      readonly bytes: number;
      readonly method: UploadMethod;
      readonly copyRefused?: string;
    }
  | ({ readonly kind: 'partial' } & UploadProgress);

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
  /**
   * Uploads the ZIP of the draft's packages to the place that the Store named for it. Idempotent and resumable: what
   * is there already is not sent again. Rejects with `StoreUploadExpiredError` when the place no longer lets anybody
   * in, also not by the URL that the draft shows then.
   */
  uploadPackages(ref: SubmissionRef, source: UploadSource, options?: UploadOptions): Promise<UploadResult>;
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
