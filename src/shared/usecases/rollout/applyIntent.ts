import type { Ticket } from '../../budget/port.ts';
import { StoreConflictError, StoreNotFoundError, StoreRejectedError } from '../../msstore/errors.ts';
import type { PackageRollout, SubmissionRef } from '../../msstore/model.ts';
import type { CallOptions, Store } from '../../msstore/port.ts';
import type { Intent, Rollout } from '../../rollout/rollout.ts';
import { type Outcome, settle } from '../../rollout/settle.ts';
import { LostRaceError } from '../../state/errors.ts';
import type { Stored } from '../../state/rollouts.ts';
import { causeOf } from '../../text/cause.ts';
import type { Ports, Publishers } from '../ports.ts';
import { observedRollout, refOf } from './observe.ts';

/** Calls the Store for the claimed intent, and writes down what became of it. @throws LostRaceError */
export async function applyAndSettle(
  ports: Ports,
  claimed: Stored,
  options: Pick<CallOptions, 'abortSignal'> & { readonly ticket?: Ticket | undefined },
): Promise<Stored> {
  const { rollout } = claimed;
  if (!rollout.intent) return claimed;
  const outcome = await applyIntent(
    ports.publishers,
    rollout,
    rollout.intent,
    optionsFor(rollout.intent, options),
  );
  return note(ports, claimed, outcome);
}

/**
 * Whoever wrote meanwhile without trying the intent themselves, a pause or the same command once more, knows nothing of
 * what became of it: then it is noted on what they left. @throws LostRaceError
 */
async function note(ports: Ports, before: Stored, outcome: Outcome): Promise<Stored> {
  try {
    return await ports.rollouts.save(before, settle(before.rollout, outcome, ports.clock.now()));
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    const newer = await ports.rollouts.get(before.rollout.id);
    if (!newer || !isSameTry(newer.rollout.intent, before.rollout.intent)) throw error;
    return note(ports, newer, outcome);
  }
}

const isSameTry = (one: Intent | undefined, other: Intent | undefined): boolean =>
  one !== undefined &&
  one.kind === other?.kind &&
  one.since.getTime() === other.since.getTime() &&
  one.attempts === other.attempts &&
  // What was noted already, by a writing whose answer was lost, has none any more.
  one.tryingSince?.getTime() === other.tryingSince?.getTime();

const optionsFor = (
  { kind }: Intent,
  { ticket, ...options }: Parameters<typeof applyAndSettle>[2],
): CallOptions => ({
  ...options,
  ...(ticket && { ticket }),
  // What waits for room here would leave after a halt that is written meanwhile: its place was taken before the intent.
  ...(kind === 'halt' ? { lane: 'halt' } : { lane: 'change', patienceMs: 0 }),
});

/** Carries the open intent to the Store, once, and says what became of it. It never throws. */
async function applyIntent(
  publishers: Pick<Publishers, 'storeOf'>,
  rollout: Rollout,
  intent: Intent,
  options: CallOptions,
): Promise<Outcome> {
  try {
    return await attempt(publishers.storeOf(rollout.publisher), refOf(rollout), intent, options);
  } catch (error) {
    return { kind: isRefusal(error) ? 'refused' : 'failed', cause: causeOf(error) };
  }
}

async function attempt(
  store: Store,
  ref: SubmissionRef,
  intent: Intent,
  options: CallOptions,
): Promise<Outcome> {
  try {
    return { kind: 'readBack', shown: observedRollout(await call(store, ref, intent, options)) };
  } catch (error) {
    if (error instanceof StoreConflictError) return afterConflict(store, ref, error, options);
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof StoreRejectedError || error instanceof StoreNotFoundError;

/**
 * A raise and a finalize are sent once: whoever halts in the meantime must not find them sent again, and the next pass
 * decides anew. A halt may be repeated as often as it takes.
 */
function call(
  store: Store,
  ref: SubmissionRef,
  intent: Intent,
  options: CallOptions,
): Promise<PackageRollout> {
  switch (intent.kind) {
    case 'raise':
      return store.updateRolloutPercentage(ref, intent.percentage, { ...options, once: true });
    case 'halt':
      return store.haltPackageRollout(ref, options);
    case 'finalize':
      return store.finalizePackageRollout(ref, { ...options, once: true });
  }
}

/** "Not in progress" can mean that it is done already, by an earlier attempt or by somebody else: the Store knows. */
async function afterConflict(
  store: Store,
  ref: SubmissionRef,
  conflict: StoreConflictError,
  { patienceMs: _, ticket: __, ...options }: CallOptions,
): Promise<Outcome> {
  try {
    const shown = observedRollout(await store.getPackageRollout(ref, options));
    return shown.state === 'inProgress' || shown.state === 'notStarted'
      ? { kind: 'refused', cause: causeOf(conflict) }
      : { kind: 'readBack', shown };
  } catch {
    // What could not be read now is read by the next pass; the conflict is what this attempt met.
    return { kind: 'refused', cause: causeOf(conflict) };
  }
}
