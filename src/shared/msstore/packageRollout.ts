import type { Call } from './call.ts';
import { applyChange } from './change.ts';
import { checkedPercentage } from './draft.ts';
import { submissionPath } from './ids.ts';
import type { PackageRollout, SubmissionRef } from './model.ts';
import type { Requester } from './requester.ts';
import { packageRolloutSchema } from './wire.ts';

export async function getPackageRollout(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<PackageRollout> {
  const operation = 'getPackageRollout';
  const path = `${submissionPath(ref, operation)}/packagerollout`;
  return requester.read(call, { operation, method: 'GET', path }, packageRolloutSchema);
}

/** A percentage as the query wants it: a decimal point, no exponent, no trailing zeros. */
export function formatPercentage(percentage: number): string {
  return String(Number(percentage.toFixed(4)));
}

/**
 * Whether the rollout is at the percentage. The Store may keep it as a 32-bit float, and whether 100 ends a
 * rollout by itself is an open question of its contract.
 */
function isAt(rollout: PackageRollout, percentage: number): boolean {
  const running =
    rollout.status === 'PackageRolloutInProgress' ||
    (percentage === 100 && rollout.status === 'PackageRolloutComplete');
  return running && Math.abs(rollout.percentage - percentage) < 0.001;
}

type RolloutChange = {
  readonly operation: 'updateRolloutPercentage' | 'haltPackageRollout' | 'finalizePackageRollout';
  readonly action: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly applied: (rollout: PackageRollout) => boolean;
};

/** Every rollout change is proved by a fresh read: the answer to the POST itself is not looked at. */
async function changeRollout(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
  change: RolloutChange,
): Promise<PackageRollout> {
  const { operation, action, query = {}, applied } = change;
  const path = `${submissionPath(ref, operation)}/${action}`;
  const send = (attempt: number) => requester.send(call, { operation, method: 'POST', path, query }, attempt);
  const readBack = () => getPackageRollout(requester, call, ref);
  return applyChange({ operation, send, readBack, applied }, call, requester);
}

/** Applied when the rollout is at that percentage, in progress. */
export async function updateRolloutPercentage(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
  percentage: number,
): Promise<PackageRollout> {
  const operation = 'updateRolloutPercentage';
  return changeRollout(requester, call, ref, {
    operation,
    action: 'updatepackagerolloutpercentage',
    query: { percentage: formatPercentage(checkedPercentage(percentage, operation)) },
    applied: (rollout) => isAt(rollout, percentage),
  });
}

/** Applied when the rollout is stopped. */
export async function haltPackageRollout(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<PackageRollout> {
  return changeRollout(requester, call, ref, {
    operation: 'haltPackageRollout',
    action: 'haltpackagerollout',
    applied: (rollout) => rollout.status === 'PackageRolloutStopped',
  });
}

/** Applied when the rollout is complete. */
export async function finalizePackageRollout(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<PackageRollout> {
  return changeRollout(requester, call, ref, {
    operation: 'finalizePackageRollout',
    action: 'finalizepackagerollout',
    applied: (rollout) => rollout.status === 'PackageRolloutComplete',
  });
}
