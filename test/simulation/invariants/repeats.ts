import type { Invocation } from '../engine/invocation.ts';
import { type Invariant, type RolloutFacts, Violation } from '../facts.ts';
import type { StoreCall } from '../store/call.ts';

/** When the call was answered, given up, or lost with its instance; infinite while somebody still waits for it. */
const endOf = ({ endedStep, invocation: { owner } }: StoreCall): number =>
  endedStep ?? owner.diedStep ?? Number.POSITIVE_INFINITY;

/** With what a pass begins: before the publication was seen, the submission comes first. */
const readings: ReadonlySet<string | undefined> = new Set(['getPackageRollout', 'getSubmissionStatus']);

/** Refused for its token: it had no effect, and is sent anew with another one. */
const wasForbidden = ({ answer }: StoreCall): boolean => answer !== 'none' && answer?.status === 401;

/** Nobody knows whether it applied. */
const isUnclear = ({ answer }: StoreCall): boolean =>
  answer === undefined || answer === 'none' || answer.status >= 500 || !answer.whole;

const isWhole = ({ answer }: StoreCall): boolean =>
  answer !== undefined && answer !== 'none' && answer.status === 200 && answer.whole;

/**
 * Whoever sends a change once more has read the rollout, in the same pass and to the end.
 *
 * A raise or a finalize: the reading began when the earlier one had ended, so when it was answered, given up, or lost with
 * its instance.
 * A halt, if the earlier one is in doubt: the same within one pass. Another pass may have begun while the earlier one was
 * under way, with a reading from before; and since to halt once too often does no harm, one that began later may go on
 * though its reading came to nothing, or found no room in the budget. But it has tried to read.
 */
export function nothingIsRepeatedBlindly(): Invariant {
  const name = 'I6';
  /** Who wanted to read, whatever came of it. */
  const tried = new WeakSet<Invocation>();

  function sent(call: StoreCall, of: RolloutFacts | undefined): void {
    if (!of || !['raise', 'halt', 'finalize'].includes(call.kind)) return;
    const earlier = of.calls.findLast(
      ({ kind, percentage }) => kind === call.kind && percentage === call.percentage,
    );
    if (!earlier || (wasForbidden(earlier) && earlier.invocation === call.invocation)) return;
    const reads = of.calls.filter(
      ({ kind, invocation }) => kind === 'readRollout' && invocation === call.invocation,
    );
    if (!mayFollow(call, earlier, reads))
      throw new Violation(
        name,
        `${of.id}: a ${call.kind} was sent again, and the Store was not read in between.`,
      );
  }

  function mayFollow(call: StoreCall, earlier: StoreCall, reads: readonly StoreCall[]): boolean {
    const hasRead = (after: number) => reads.some((read) => isWhole(read) && read.sentStep > after);
    if (hasRead(endOf(earlier))) return true;
    switch (call.kind) {
      case 'raise':
      case 'finalize':
        return false;
      default:
        return !isUnclear(earlier) || (earlier.invocation !== call.invocation && maySayHalt(call, earlier));
    }
  }

  const maySayHalt = ({ invocation }: StoreCall, earlier: StoreCall): boolean =>
    invocation.beganStep <= endOf(earlier) || tried.has(invocation);

  return {
    name,
    sentence: 'No blind retry of a change: after a fault the Store is read first.',
    sent,
    budgetEvent: (event) => {
      if (event.kind === 'asks' && readings.has(event.operation)) tried.add(event.invocation);
    },
  };
}
