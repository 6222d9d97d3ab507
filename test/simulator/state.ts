import type { Itinerary, Timetable } from './timetable.ts';
import type { Toggles } from './toggles.ts';

/** The whole of the simulated Store. Times are milliseconds of domain time, but for `Upload`. */
export type State = {
  readonly seed: string;
  readonly toggles: Toggles;
  /** How long each status lasts where nothing else is said. */
  readonly timetable: Timetable;
  /** Counts everything that was given an id. */
  readonly serial: number;
  readonly applications: Readonly<Record<string, Application>>;
  readonly flights: Readonly<Record<string, Flight>>;
  /** By `trackKey`. */
  readonly tracks: Readonly<Record<string, Track>>;
  readonly submissions: Readonly<Record<string, Submission>>;
};

/** What a transition gives: the next state, and what the caller wants to know of it. */
export type Change<T> = { readonly state: State; readonly value: T };

export type Application = {
  readonly id: string;
  readonly primaryName: string;
  readonly packageFamilyName: string;
  readonly packageIdentityName: string;
  readonly publisherName: string;
  readonly firstPublishedAt: number | undefined;
  /** Uses something that the submission API refuses to handle. */
  readonly unsupportedFeatures: boolean;
  readonly builds: Builds;
};

/** How the builds of an application behave, per session. */
export type Builds = {
  readonly crashRate: number;
  readonly hangRate: number;
  /** Crash rates of single package versions, where they differ. */
  readonly crashRates: Readonly<Record<string, number>>;
  /** What single package versions crash with besides, and no other. */
  readonly newSignatures: Readonly<Record<string, NewSignature>>;
};

/** A bug that one build brings: crashes per session beyond its crash rate, under a hash of their own. */
export type NewSignature = { readonly rate: number; readonly hash: string };

export type Flight = {
  readonly id: string;
  readonly applicationId: string;
  readonly friendlyName: string;
  readonly groupIds: readonly string[];
  readonly rankHigherThan: string | undefined;
};

/** The address of a track: a flight of an application, or its non-flighted submissions. */
export type TrackRef = { readonly applicationId: string; readonly flightId: string | undefined };

export type Track = {
  readonly ref: TrackRef;
  readonly pendingId: string | undefined;
  readonly lastPublishedId: string | undefined;
  /** No submission can be created any more: what deleting the only one of a flight does. */
  readonly broken: boolean;
  readonly audience: Audience;
};

/** Who is behind a track. */
export type Audience = {
  readonly dailyActiveDevices: number;
  /** Sessions per device and day. */
  readonly sessionsPerDevice: number;
  /** Time constant of adopting an update that is offered. */
  readonly adoptionMs: number;
  /** What everyone runs before the first submission of the track is published. */
  readonly baselineVersion: string;
};

export type SubmissionStatus =
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
  | 'ReleaseFailed'
  /** In no documentation: what a client does with a word it does not know, shown where a toggle says so. */
  | 'Signing';

export type StatusDetail = { readonly code: string; readonly details: string };
export type StatusDetails = {
  readonly errors: readonly StatusDetail[];
  readonly warnings: readonly StatusDetail[];
  readonly certificationReports: readonly { readonly date: string; readonly reportUrl: string }[];
};

/** What a package says of itself in its manifest. */
export type Identity = {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly architecture: string;
};

/** What was found in one uploaded file. */
export type Contents =
  /** The package or bundle that it is, or those inside an upload file, each by its own name. */
  | { readonly kind: 'packages'; readonly packages: readonly FoundPackage[] }
  /** An archive, but no package: `why` is a sentence. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** No archive at all: the few bytes that many tests upload. */
  | { readonly kind: 'noArchive' }
  /** Compressed, and too big to be unpacked for a look at its manifest. */
  | { readonly kind: 'unread' };
export type FoundPackage = { readonly fileName: string; readonly identity: Identity };

export type Package = {
  /** Empty until the package is processed. */
  readonly id: string;
  readonly fileName: string;
  readonly fileStatus: 'None' | 'PendingUpload' | 'Uploaded' | 'PendingDelete';
  readonly version: string | undefined;
  readonly architecture: string | undefined;
  readonly minimumDirectXVersion: 'None' | 'DirectX93' | 'DirectX100';
  readonly minimumSystemRam: 'None' | 'Memory2GB';
};

export type Rollout = {
  readonly enabled: boolean;
  readonly percentage: number;
  readonly status:
    | 'PackageRolloutNotStarted'
    | 'PackageRolloutInProgress'
    | 'PackageRolloutComplete'
    | 'PackageRolloutStopped';
  /** `"0"` where there is none. */
  readonly fallbackSubmissionId: string;
};

/** From `at` on, this share (0 to 1) of the audience is offered the submission's packages. */
export type Offer = { readonly at: number; readonly share: number };

/** Where the packages of a draft are uploaded to. Real time, because storage knows no other. */
export type Upload = { readonly blobName: string; readonly expiresAt: number };

/** What processing makes of a draft although nothing shows it before. */
export type Hidden = {
  /** New packages vanish, and the old ones stay whatever the draft says of them. */
  readonly newPackagesIgnored: boolean;
  readonly rollout: 'kept' | 'lost' | { readonly percentage: number };
};

export type PublishMode = 'Immediate' | 'Manual' | 'SpecificDate';

export type Submission = {
  readonly id: string;
  readonly track: TrackRef;
  readonly number: number;
  readonly origin: 'api' | 'portal';
  /** Once a person has touched it in Partner Center, the API may only delete it. */
  readonly editedInPortal: boolean;
  readonly status: SubmissionStatus;
  readonly statusSince: number;
  readonly statusDetails: StatusDetails;
  readonly itinerary: Itinerary;
  /** When a person clicked on publish, for a submission that waits for it. */
  readonly publishRequestedAt: number | undefined;
  readonly packages: readonly Package[];
  readonly rollout: Rollout;
  readonly isMandatoryUpdate: boolean;
  readonly mandatoryUpdateEffectiveDate: string;
  readonly targetPublishMode: PublishMode;
  /** ISO 8601, or empty where it is not set. */
  readonly targetPublishDate: string;
  readonly notesForCertification: string | undefined;
  /** What an application submission has besides: listings, pricing and so on, kept as it was put. */
  readonly listing: Readonly<Record<string, unknown>>;
  /** Absent for what was created in Partner Center. */
  readonly upload: Upload | undefined;
  /** What the commit found in the upload, by the `normalized` path; empty until then. */
  readonly uploaded: Readonly<Record<string, Contents>> | 'rawPackage';
  readonly hidden: Hidden;
  readonly publishedAt: number | undefined;
  /** Empty until it is published. */
  readonly offers: readonly Offer[];
};

export const noRollout: Rollout = {
  enabled: false,
  percentage: 0,
  status: 'PackageRolloutNotStarted',
  fallbackSubmissionId: '0',
};

export const noDetails: StatusDetails = { errors: [], warnings: [], certificationReports: [] };

export const nothingHidden: Hidden = { newPackagesIgnored: false, rollout: 'kept' };
