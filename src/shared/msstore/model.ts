/**
 * The Store's resources in our own types. The wire shape (`wire.ts`) stops at the client: ids are strings because they
 * exceed 2^53, `null` and absent are the same (`undefined`), and unknown enum values are carried as they came.
 */

/** A string union that keeps completion for the known members and carries unknown ones. */
type Open<Known extends string> = Known | (string & Record<never, never>);

/** Where a submission is published: one package flight of an application, or its non-flighted submissions. */
export type Track =
  | { readonly kind: 'flight'; readonly applicationId: string; readonly flightId: string }
  | { readonly kind: 'production'; readonly applicationId: string };

/** The address of one submission. */
export type SubmissionRef = { readonly track: Track; readonly submissionId: string };

/** The Store's fifteen statuses, in the order of their progress; pollers may see any of them skipped. */
export type KnownSubmissionStatus =
  | 'None'
  | 'Canceled'
  | 'PendingCommit'
  | 'CommitStarted'
  | 'CommitFailed'
  | 'PendingPublication'
  | 'Publishing'
  | 'Published'
  | 'PublishFailed'
  | 'PreProcessing'
  | 'PreProcessingFailed'
  | 'Certification'
  | 'CertificationFailed'
  | 'Release'
  | 'ReleaseFailed';
export type SubmissionStatus = Open<KnownSubmissionStatus>;

export type StatusDetail = { readonly code: string; readonly details: string };
export type CertificationReport = { readonly date: string; readonly reportUrl: string };

export type SubmissionProgress = {
  readonly status: SubmissionStatus;
  readonly errors: readonly StatusDetail[];
  readonly warnings: readonly StatusDetail[];
  readonly certificationReports: readonly CertificationReport[];
};

export type PackageFileStatus = Open<'None' | 'PendingUpload' | 'Uploaded' | 'PendingDelete'>;

export type SubmissionPackage = {
  /** Empty until the Store has processed the package. */
  readonly id: string;
  readonly fileName: string;
  readonly fileStatus: PackageFileStatus;
  readonly version: string | undefined;
  readonly architecture: string | undefined;
};

export type PackageRolloutStatus = Open<
  'PackageRolloutNotStarted' | 'PackageRolloutInProgress' | 'PackageRolloutComplete' | 'PackageRolloutStopped'
>;

/** The Store's own resource: the gradual rollout of one submission's packages. */
export type PackageRollout = {
  /** Whether the submission is a gradual rollout at all. */
  readonly enabled: boolean;
  /** 0 to 100. */
  readonly percentage: number;
  readonly status: PackageRolloutStatus;
  /** The submission that customers outside the rollout receive; absent where the Store says `"0"`. */
  readonly fallbackSubmissionId: string | undefined;
};

export type Submission = SubmissionProgress & {
  readonly ref: SubmissionRef;
  readonly packages: readonly SubmissionPackage[];
  /** Absent in some drafts. */
  readonly packageRollout: PackageRollout | undefined;
  readonly targetPublishMode: Open<'Immediate' | 'Manual' | 'SpecificDate'> | undefined;
  /** ISO 8601; absent where the Store shows its word for "never". */
  readonly targetPublishDate: string | undefined;
  /** Present if the update is mandatory; `from` is ISO 8601. */
  readonly mandatoryUpdate: { readonly from: string | undefined } | undefined;
  readonly notesForCertification: string | undefined;
  /** Whether the Store gave an upload URL; the URL itself is a credential and stays inside the client. */
  readonly canUpload: boolean;
};

/** What a track holds at the moment. */
export type TrackState = {
  readonly lastPublishedSubmissionId: string | undefined;
  readonly pendingSubmissionId: string | undefined;
};

export type Application = TrackState & {
  readonly applicationId: string;
  readonly name: string;
  readonly packageFamilyName: string | undefined;
};

export type Flight = TrackState & {
  readonly flightId: string;
  readonly name: string;
  readonly groupIds: readonly string[];
  readonly rankHigherThan: string | undefined;
};

/** The changes of a draft; whatever is not named stays as the Store has it. */
export type SubmissionChanges = {
  /**
   * A gradual rollout from this percentage, or none. Left out, a draft that carries a rollout already (a clone
   * may have inherited one) is refused: it is neither started nor dropped in silence.
   */
  readonly packageRollout?: { readonly percentage: number } | 'none';
  /** All new packages, by their path inside the uploaded ZIP: new ones that the draft awaits besides are dropped. */
  readonly addPackages?: readonly { readonly fileName: string }[];
  /** Ids of existing packages to remove. */
  readonly removePackageIds?: readonly string[];
  readonly targetPublishMode?: 'Immediate' | 'Manual' | 'SpecificDate';
  /** With `SpecificDate`. */
  readonly targetPublishDate?: Date;
  readonly mandatoryUpdate?: { readonly from: Date } | 'none';
  readonly notesForCertification?: string;
};
