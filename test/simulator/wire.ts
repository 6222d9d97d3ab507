import { flightsOf } from './flights.ts';
import { requireTrack } from './lookups.ts';
import type { Application, Flight, Package, Rollout, State, Submission, Upload } from './state.ts';
import type { Toggles } from './toggles.ts';
import { unset, wireDate } from './wireDate.ts';

/** The Store's resources as they look on the wire. Members that are `undefined` are left out, or null by a toggle. */

const normalDate = (text: string): string => {
  const ms = Date.parse(text);
  return text === '' || Number.isNaN(ms) ? unset : wireDate(ms);
};

/** `PackageFamilyName` has a capital; the references carry no status. */
export function applicationResource(state: State, application: Application) {
  const track = requireTrack(state, { applicationId: application.id, flightId: undefined });
  const { firstPublishedAt } = application;
  const reference = (id: string | undefined) =>
    id === undefined
      ? undefined
      : { id, resourceLocation: `applications/${application.id}/submissions/${id}` };
  return {
    id: application.id,
    primaryName: application.primaryName,
    PackageFamilyName: application.packageFamilyName,
    packageIdentityName: application.packageIdentityName,
    publisherName: application.publisherName,
    firstPublishedDate: firstPublishedAt === undefined ? '1601-01-01T00:00:00Z' : wireDate(firstPublishedAt),
    lastPublishedApplicationSubmission: reference(track.lastPublishedId),
    pendingApplicationSubmission: reference(track.pendingId),
    hasAdvancedListingPermission: true,
  };
}

/** Unlike an application's, the locations of a flight are relative to the application. */
export function flightResource(state: State, flight: Flight) {
  const track = requireTrack(state, { applicationId: flight.applicationId, flightId: flight.id });
  const reference = (id: string | undefined) =>
    id === undefined ? undefined : { id, resourceLocation: `flights/${flight.id}/submissions/${id}` };
  return {
    flightId: flight.id,
    friendlyName: flight.friendlyName,
    lastPublishedFlightSubmission: reference(track.lastPublishedId),
    pendingFlightSubmission: reference(track.pendingId),
    groupIds: flight.groupIds,
    rankHigherThan: flight.rankHigherThan,
  };
}

export function rolloutResource(rollout: Rollout, toggles: Toggles) {
  return {
    isPackageRollout: rollout.enabled,
    packageRolloutPercentage: rollout.percentage,
    packageRolloutStatus: rollout.status,
    fallbackSubmissionId: rollout.fallbackSubmissionId,
    ...(toggles.seekEnabled === 'inPackageRollout' ? { isSeekEnabled: false } : {}),
  };
}

/** A submission of either kind. `uploadUrl` signs the place of the upload. */
export function submissionResource(
  state: State,
  submission: Submission,
  uploadUrl: (upload: Upload) => string,
) {
  const url = submission.upload && uploadUrl(submission.upload);
  return submission.track.flightId === undefined
    ? applicationSubmission(state, submission, url)
    : flightSubmission(state, submission, submission.track.flightId, url);
}

function flightSubmission(state: State, submission: Submission, flightId: string, url: string | undefined) {
  const emptyDate = state.toggles.flightTargetPublishDate === 'empty' && submission.targetPublishDate === '';
  return {
    id: submission.id,
    flightId,
    status: submission.status,
    statusDetails: submission.statusDetails,
    flightPackages: submission.packages.map(packageResource),
    packageDeliveryOptions: deliveryOptions(submission, state.toggles),
    fileUploadUrl: url,
    targetPublishMode: submission.targetPublishMode,
    targetPublishDate: emptyDate ? '' : normalDate(submission.targetPublishDate),
    notesForCertification: submission.notesForCertification,
  };
}

function applicationSubmission(state: State, submission: Submission, url: string | undefined) {
  const { enterpriseLicensing, ...listing } = submission.listing;
  const { allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies, ...rest } = listing;
  const { allowTargetFutureDeviceFamilies, trailers, ...leading } = rest;
  return {
    id: submission.id,
    ...leading,
    targetPublishMode: submission.targetPublishMode,
    targetPublishDate: normalDate(submission.targetPublishDate),
    notesForCertification: submission.notesForCertification,
    status: submission.status,
    statusDetails: submission.statusDetails,
    fileUploadUrl: url,
    applicationPackages: submission.packages.map((one) => ({
      ...packageResource(one),
      targetDeviceFamilies: ['Windows.Desktop min version 10.0.17763.0'],
    })),
    packageDeliveryOptions: deliveryOptions(submission, state.toggles),
    enterpriseLicensing,
    allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies,
    allowTargetFutureDeviceFamilies,
    friendlyName: `Submission ${submission.number}`,
    trailers,
  };
}

function packageResource(one: Package) {
  const processed = one.id !== '';
  return {
    fileName: one.fileName,
    fileStatus: one.fileStatus,
    id: one.id,
    version: one.version,
    architecture: one.architecture,
    targetPlatform: processed ? 'Windows10' : undefined,
    languages: processed ? ['en-US'] : [],
    capabilities: processed ? ['runFullTrust'] : [],
    minimumDirectXVersion: one.minimumDirectXVersion,
    minimumSystemRam: one.minimumSystemRam,
  };
}

function deliveryOptions(submission: Submission, toggles: Toggles) {
  const draft = submission.publishedAt === undefined && !submission.rollout.enabled;
  return {
    packageRollout:
      draft && toggles.draftPackageRollout === 'null' ? null : rolloutResource(submission.rollout, toggles),
    isMandatoryUpdate: submission.isMandatoryUpdate,
    mandatoryUpdateEffectiveDate: normalDate(submission.mandatoryUpdateEffectiveDate),
    ...(toggles.seekEnabled === 'inDeliveryOptions' ? { isSeekEnabled: false } : {}),
  };
}

export const statusResource = ({ status, statusDetails }: Submission) => ({ status, statusDetails });

/** One page of a list; `@nextLink` is relative to the API's root and absent on the last page. */
export function page<T>(rows: readonly T[], path: string, query: URLSearchParams) {
  const skip = pageNumber(query.get('skip'), 0);
  const top = pageNumber(query.get('top'), 10);
  const more = skip + top < rows.length;
  return {
    '@nextLink': more ? `${path}?skip=${skip + top}&top=${top}` : undefined,
    value: rows.slice(skip, skip + top),
    totalCount: rows.length,
  };
}

function pageNumber(text: string | null, otherwise: number): number {
  const value = Number(text ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : otherwise;
}

export const flightList = (state: State, applicationId: string) =>
  flightsOf(state, applicationId).map((flight) => flightResource(state, flight));

/** The text of a body, with members without a value left out or null. */
export const wireJson = (body: unknown, toggles: Toggles): string =>
  JSON.stringify(body, (_name, value) =>
    value === undefined && toggles.nullMembers === 'present' ? null : value,
  );
