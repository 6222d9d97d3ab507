import { z } from 'zod';
import { StoreRejectedError } from './errors.ts';
import type { Submission, SubmissionChanges, Track } from './model.ts';
import type { SubmissionDocument } from './wire.ts';

const operation = 'updateSubmission';
const members = z.record(z.string(), z.unknown());
const packageEntries = z
  .array(members)
  .nullish()
  .transform((entries) => entries ?? []);
const optionalMembers = members.nullish().transform((value) => value ?? {});

const reject = (problem: string): never => {
  throw new StoreRejectedError(problem, { operation });
};

/**
 * Existing packages stay with their ids, or the Store refuses the update; what is to go is marked, not left
 * out.
 */
function mergedPackages(present: unknown, changes: SubmissionChanges): readonly Record<string, unknown>[] {
  const entries = packageEntries.parse(present);
  const remove = new Set(changes.removePackageIds);
  for (const id of remove) {
    if (!entries.some((entry) => entry.id === id))
      reject(`the draft has no package with the id ${JSON.stringify(id)}`);
  }
  const awaits = (entry: Record<string, unknown>) => entry.fileStatus === 'PendingUpload';
  const added = changes.addPackages?.map(({ fileName }) => fileName);
  const kept = entries
    .filter((entry) => !awaits(entry) || added === undefined || added.includes(String(entry.fileName)))
    .map((entry) => (remove.has(String(entry.id)) ? { ...entry, fileStatus: 'PendingDelete' } : entry));
  const awaited = new Set(kept.filter(awaits).map((entry) => entry.fileName));
  return [...kept, ...(added ?? []).filter((fileName) => !awaited.has(fileName)).map(newEntry)];
}

const newEntry = (fileName: string): Record<string, unknown> => ({
  fileName,
  fileStatus: 'PendingUpload',
  minimumDirectXVersion: 'None',
  minimumSystemRam: 'None',
});

/**
 * A draft is a clone, and may have inherited the rollout of its original: sending that on would start a
 * rollout, and leaving it out would publish to everybody at once. So the caller must say which of the two is
 * meant.
 */
function mergedRollout(present: Record<string, unknown>, change: SubmissionChanges['packageRollout']) {
  if (change === undefined) {
    if (present.isPackageRollout === true) {
      reject(
        'the draft carries a package rollout already; name packageRollout in the changes, a percentage or "none"',
      );
    }
    return { ...present, isPackageRollout: false, packageRolloutPercentage: 0 };
  }
  if (change === 'none') return { ...present, isPackageRollout: false, packageRolloutPercentage: 0 };
  return {
    ...present,
    isPackageRollout: true,
    packageRolloutPercentage: checkedPercentage(change.percentage, operation),
  };
}

/** The percentage itself; throws `StoreRejectedError` unless it is a number from 0 to 100. */
export function checkedPercentage(
  percentage: number,
  forOperation: 'updateSubmission' | 'updateRolloutPercentage',
): number {
  if (percentage >= 0 && percentage <= 100) return percentage;
  throw new StoreRejectedError(`a rollout percentage is from 0 to 100, not ${percentage}`, {
    operation: forOperation,
  });
}

/**
 * The document for the PUT: what the Store showed, with the changes merged in, and the package rollout always
 * explicit.
 */
export function mergeChanges(
  document: SubmissionDocument,
  track: Track,
  changes: SubmissionChanges,
): SubmissionDocument {
  const packagesName = track.kind === 'flight' ? 'flightPackages' : 'applicationPackages';
  const delivery = optionalMembers.parse(document.packageDeliveryOptions);
  const rollout = mergedRollout(optionalMembers.parse(delivery.packageRollout), changes.packageRollout);
  const { targetPublishMode, notesForCertification } = changes;
  return {
    ...document,
    [packagesName]: mergedPackages(document[packagesName], changes),
    packageDeliveryOptions: { ...delivery, packageRollout: rollout, ...mandatory(changes.mandatoryUpdate) },
    ...(targetPublishMode !== undefined && {
      targetPublishMode,
      targetPublishDate: changes.targetPublishDate?.toISOString() ?? never,
    }),
    ...(notesForCertification !== undefined && { notesForCertification }),
  };
}

/** The Store's word for a time that never comes: an empty one is not known to be accepted everywhere. */
const never = '1601-01-01T00:00:00.0000000Z';

function mandatory(change: SubmissionChanges['mandatoryUpdate']): Record<string, unknown> {
  if (change === undefined) return {};
  return change === 'none'
    ? { isMandatoryUpdate: false, mandatoryUpdateEffectiveDate: never }
    : { isMandatoryUpdate: true, mandatoryUpdateEffectiveDate: change.from.toISOString() };
}

/** Whether the Store's rollout is the wanted one; a percentage that it has rounded still is. */
function sameRollout(wanted: number | undefined, shown: number | undefined): boolean {
  return wanted === undefined || shown === undefined ? wanted === shown : Math.abs(wanted - shown) < 1;
}

/**
 * The changes that the updated submission does not show, as sentences. The Store has been seen to answer a
 * PUT with success and to ignore its new packages; a rollout ignored that way would go to everybody at once.
 */
export function missingChanges(updated: Submission, changes: SubmissionChanges): readonly string[] {
  const fileNames = new Set(updated.packages.map(({ fileName }) => fileName));
  const packages = (changes.addPackages ?? [])
    .filter(({ fileName }) => !fileNames.has(fileName))
    .map(({ fileName }) => `the added package ${JSON.stringify(fileName)} is missing`);
  const wanted = typeof changes.packageRollout === 'object' ? changes.packageRollout.percentage : undefined;
  const shown = updated.packageRollout?.enabled ? updated.packageRollout.percentage : undefined;
  return sameRollout(wanted, shown)
    ? packages
    : [...packages, `the package rollout is ${shown ?? 'off'} and not ${wanted ?? 'off'}`];
}
