import { z } from 'zod';
import { safeText } from '../secrets/redact.ts';
import type {
  Application,
  Flight,
  PackageRollout,
  Submission,
  SubmissionPackage,
  SubmissionProgress,
  Track,
} from './model.ts';
import { UploadUrl } from './uploadUrl.ts';

/**
 * Member names begin with a capital here and there (`PackageFamilyName`, `Value`), and `null` is the same as
 * absent.
 */
const tidied = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), member]),
  );
};

const wireObject = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(tidied, z.object(shape));

const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).default([]);

/** Ids exceed 2^53: a number that a double cannot hold has lost digits already, and is refused. */
const id = z.union([z.string(), z.int().nonnegative().transform(String)]);

/**
 * A reference to a submission. The `resourceLocation` beside the id is relative to different places, so it is
 * not used.
 */
const reference = wireObject({ id })
  .optional()
  .transform((value) => existingId(value?.id));

const existingId = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || value === '0' ? undefined : value;

/** What the Store says of a submission is kept and shown, so it is made fit for that here. */
const foreignText = z
  .string()
  .default('')
  .transform((text) => safeText(text));
const statusDetail = wireObject({ code: foreignText.prefault('None'), details: foreignText });
const certificationReport = wireObject({ date: foreignText, reportUrl: foreignText });
const statusDetails = wireObject({
  errors: listOf(statusDetail),
  warnings: listOf(statusDetail),
  certificationReports: listOf(certificationReport),
}).prefault({});

/** `GET …/status`. */
export const progressSchema: z.ZodType<SubmissionProgress> = wireObject({
  status: z.string(),
  statusDetails,
}).transform(({ status, statusDetails: details }) => ({ status, ...details }));

const rolloutWire = {
  isPackageRollout: z.boolean(),
  packageRolloutPercentage: z.number(),
  packageRolloutStatus: z.string(),
  fallbackSubmissionId: id.optional(),
};

type RolloutWire = {
  isPackageRollout: boolean;
  packageRolloutPercentage: number;
  packageRolloutStatus: string;
  fallbackSubmissionId?: string | undefined;
};

const toPackageRollout = (wire: RolloutWire): PackageRollout => ({
  enabled: wire.isPackageRollout,
  percentage: wire.packageRolloutPercentage,
  status: wire.packageRolloutStatus,
  fallbackSubmissionId: existingId(wire.fallbackSubmissionId),
});

/**
 * `GET …/packagerollout`. What is decided on it must not be guessed, so nothing but the fallback may be
 * absent.
 */
export const packageRolloutSchema: z.ZodType<PackageRollout> =
  wireObject(rolloutWire).transform(toPackageRollout);

/** Inside a submission: a draft may show less of it, and then it has not started. */
const rolloutOfSubmission = wireObject({
  ...rolloutWire,
  isPackageRollout: z.boolean().default(false),
  packageRolloutPercentage: z.number().default(0),
  packageRolloutStatus: z.string().default('PackageRolloutNotStarted'),
}).transform(toPackageRollout);

const submissionPackage = wireObject({
  id: id.default(''),
  fileName: z.string(),
  fileStatus: z.string().default('None'),
  version: z.string().optional(),
  architecture: z.string().optional(),
}).transform(({ version, architecture, ...rest }): SubmissionPackage => ({ ...rest, version, architecture }));

/** The Store's "never" is the year 1601, and here and there an empty text. */
const wireDate = z
  .string()
  .optional()
  .transform((date) => (date && !date.startsWith('1601-') ? date : undefined));

const submissionWire = wireObject({
  id,
  status: z.string(),
  statusDetails,
  flightPackages: listOf(submissionPackage),
  applicationPackages: listOf(submissionPackage),
  packageDeliveryOptions: wireObject({
    packageRollout: rolloutOfSubmission.optional(),
    isMandatoryUpdate: z.boolean().default(false),
    mandatoryUpdateEffectiveDate: wireDate,
  }).optional(),
  targetPublishMode: z.string().optional(),
  targetPublishDate: wireDate,
  notesForCertification: z.string().optional(),
  fileUploadUrl: z
    .string()
    .optional()
    .transform((url) => (url ? new UploadUrl(url) : undefined)),
});

/** A submission as it came, for the round trip of an update, without its upload URL. */
export type SubmissionDocument = Readonly<Record<string, unknown>>;

const documentSchema = z
  .record(z.string(), z.unknown())
  .transform(
    (members): SubmissionDocument =>
      Object.fromEntries(Object.entries(members).filter(([name]) => name.toLowerCase() !== 'fileuploadurl')),
  );

/**
 * A submission with what must not leave the client: the upload URL, and the document that an update sends
 * back.
 */
export type Draft = {
  readonly submission: Submission;
  readonly uploadUrl: UploadUrl | undefined;
  readonly document: SubmissionDocument;
};

const toSubmission = (wire: z.infer<typeof submissionWire>, track: Track): Submission => ({
  ref: { track, submissionId: wire.id },
  status: wire.status,
  ...wire.statusDetails,
  packages: track.kind === 'flight' ? wire.flightPackages : wire.applicationPackages,
  packageRollout: wire.packageDeliveryOptions?.packageRollout,
  targetPublishMode: wire.targetPublishMode,
  targetPublishDate: wire.targetPublishDate,
  mandatoryUpdate: wire.packageDeliveryOptions?.isMandatoryUpdate
    ? { from: wire.packageDeliveryOptions.mandatoryUpdateEffectiveDate }
    : undefined,
  notesForCertification: wire.notesForCertification,
  canUpload: wire.fileUploadUrl !== undefined,
});

/** `GET` and `PUT …/submissions/{id}` of the track. */
export const draftSchema = (track: Track): z.ZodType<Draft> =>
  z
    .unknown()
    .transform((body) => ({ wire: body, document: body }))
    .pipe(z.object({ wire: submissionWire, document: documentSchema }))
    .transform(({ wire, document }) => ({
      submission: toSubmission(wire, track),
      uploadUrl: wire.fileUploadUrl,
      document,
    }));

/** The answer to a create, of which the sparse form (`isMinimalResponse`) is enough. */
export const createdSchema = wireObject({ id: id.transform(existingId) });

export const applicationSchema: z.ZodType<Application> = wireObject({
  id,
  primaryName: z.string().default(''),
  packageFamilyName: z.string().optional(),
  lastPublishedApplicationSubmission: reference,
  pendingApplicationSubmission: reference,
}).transform((wire) => ({
  applicationId: wire.id,
  name: wire.primaryName,
  packageFamilyName: wire.packageFamilyName,
  lastPublishedSubmissionId: wire.lastPublishedApplicationSubmission,
  pendingSubmissionId: wire.pendingApplicationSubmission,
}));

export const flightSchema: z.ZodType<Flight> = wireObject({
  flightId: z.string(),
  friendlyName: z.string().default(''),
  groupIds: listOf(id),
  rankHigherThan: z.string().optional(),
  lastPublishedFlightSubmission: reference,
  pendingFlightSubmission: reference,
}).transform((wire) => ({
  flightId: wire.flightId,
  name: wire.friendlyName,
  groupIds: wire.groupIds,
  rankHigherThan: wire.rankHigherThan,
  lastPublishedSubmissionId: wire.lastPublishedFlightSubmission,
  pendingSubmissionId: wire.pendingFlightSubmission,
}));

export type FlightPage = { readonly flights: readonly Flight[]; readonly nextLink: string | undefined };

/** `GET …/listflights`. */
export const flightPageSchema: z.ZodType<FlightPage> = wireObject({
  value: listOf(flightSchema),
  '@nextLink': z.string().optional(),
}).transform((wire) => ({ flights: wire.value, nextLink: wire['@nextLink'] || undefined }));
