import type { CommitOptions } from './commits.ts';
import type { Fault } from './faults.ts';
import type { Hidden } from './state.ts';
import { nothingLost, type PutLoss } from './submissions.ts';

/** Faults that the Store itself has, behind the gateway: what they do to a PUT and to a commit. */

/** What a PUT loses by a fault. */
export function putLossBy(fault: Fault | undefined): PutLoss {
  const { hidden } = nothingLost;
  switch (fault?.kind) {
    case 'putIgnoresPackages':
      return { ...nothingLost, newPackages: true };
    case 'putIgnoresPackagesLater':
      return { ...nothingLost, hidden: { ...hidden, newPackagesIgnored: true } };
    case 'putDropsRollout':
      return { ...nothingLost, rollout: true };
    case 'rolloutLostInProcessing':
      return { ...nothingLost, hidden: { ...hidden, rollout: rolloutAfter(fault.percentage) } };
    default:
      return nothingLost;
  }
}

/** How a commit goes by a fault. */
export function commitBy(fault: Fault | undefined): Omit<CommitOptions, 'archive' | 'now'> {
  switch (fault?.kind) {
    case 'commitRevertsToPending':
      return { outcome: 'revertsToPendingCommit' };
    case 'stuckCommitStarted':
      return { outcome: 'stuckCommitStarted' };
    case 'commitFailed':
    case 'preProcessingFailed':
    case 'certificationFailed':
    case 'releaseFailed':
    case 'publishFailed': {
      const { kind, code, details } = fault;
      if (code === undefined && details === undefined) return { outcome: kind };
      const usual = { code: 'Other', details: 'The submission was refused.' };
      return { outcome: kind, errors: [{ code: code ?? usual.code, details: details ?? usual.details }] };
    }
    case 'commitWarns':
      return { warnings: [{ code: fault.code, details: fault.details }] };
    case 'rolloutLostInProcessing':
      return { rollout: rolloutAfter(fault.percentage) };
    default:
      return {};
  }
}

const rolloutAfter = (percentage: number | undefined): Hidden['rollout'] =>
  percentage === undefined ? 'lost' : { percentage };
