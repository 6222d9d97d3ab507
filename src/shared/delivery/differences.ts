import { askedPercentage, type Delivery } from './delivery.ts';
import type { SeenSubmission } from './observed.ts';
import { optionDifferences, processedDifferences, rolloutDifference } from './proof.ts';
import type { DeliveryReason } from './vocabulary.ts';

/** What a submission that the Store has may still be compared with, by how far the Store is with it. */

/** The statuses in which the packages have not been read yet; in any other one, a package that still waits has not either. */
const unprocessed = (submission: SeenSubmission): boolean =>
  isEarly(submission) ||
  submission.packages.some(
    ({ id, fileStatus }) => id === '' && fileStatus === 'PendingUpload' && !isLate(submission),
  );

/** From here on a person may publish by hand, or the date may have come, and the Store may show that as another mode. */
const isCertified = (submission: SeenSubmission): boolean =>
  !isEarly(submission) && submission.status !== 'Certification';

/** Nothing of it was read yet. */
export const isEarly = ({ status }: SeenSubmission): boolean =>
  status === 'CommitStarted' || status === 'PreProcessing';

const isLate = ({ status }: SeenSubmission): boolean =>
  ['Certification', 'Release', 'PendingPublication', 'Publishing', 'Published'].includes(status);

/** What differs from what was asked for, as a problem; nothing while all is as it should be. */
export function differences(
  delivery: Delivery,
  submission: SeenSubmission,
): { reason: DeliveryReason; sentence: string } | undefined {
  // An ended rollout shows 0 or 100 %, whatever it was published with.
  const ended = submission.rolloutState === 'stopped' || submission.rolloutState === 'complete';
  const rollout = ended ? undefined : rolloutDifference(askedPercentage(delivery), submission.rollout);
  if (rollout !== undefined)
    return { reason: submission.rollout?.enabled ? 'rolloutDiffers' : 'notGradual', sentence: rollout };
  const options = isCertified(submission) ? [] : optionDifferences(delivery, submission);
  if (options.length > 0) return { reason: 'optionsDiffer', sentence: options.join('; ') };
  if (!delivery.expected || unprocessed(submission)) return undefined;
  const packages = processedDifferences(delivery.expected, submission.packages);
  return packages.length > 0 ? { reason: 'packagesDiffer', sentence: packages.join('; ') } : undefined;
}
