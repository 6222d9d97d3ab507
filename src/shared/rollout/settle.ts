import { type Change, withJournal } from './journal.ts';
import { after, earliest, looks, nextIntentLook, nextRaise } from './looks.ts';
import { confirm, dropIntent, end } from './moves.ts';
import { type ObservedRollout, showsRaise } from './observed.ts';
import { effectRemark } from './remarks.ts';
import type { Intent, Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';
import { hasEnded } from './vocabulary.ts';

/** What became of one attempt to change the Store. */
export type Outcome =
  /** The Store answered, and this is what it showed when it was read back. */
  | { readonly kind: 'readBack'; readonly shown: ObservedRollout }
  /** The Store refused; trying the very same again is of no use before it was looked at. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** It did not work, or nobody knows whether it did; the next pass looks and tries again. */
  | { readonly kind: 'failed'; readonly cause: string };

/** The rollout after an attempt at its open intent. Without an intent nothing was attempted. */
export function settle(rollout: Rollout, outcome: Outcome, now: Date): Change {
  const { intent } = rollout;
  if (!intent) return withJournal(rollout, [], now);
  if (outcome.kind !== 'readBack') return unsettled(rollout, intent, outcome, now);
  return readBack(rollout, intent, outcome.shown, now);
}

function readBack(rollout: Rollout, intent: Intent, shown: ObservedRollout, now: Date): Change {
  if (isDone(intent, shown, rollout.percentage))
    return done(confirm(rollout, intent, shown.percentage, now), intent, doneSentence(intent, shown), now);
  if (intent.kind === 'raise' && shown.state === 'complete')
    return done(
      end(rollout, 'completed', now),
      intent,
      'The Store took the raise for a finalize: it shows the rollout complete.',
      now,
    );
  if (intent.kind === 'halt' && shown.state === 'complete')
    return done(end(rollout, 'completed', now), intent, tooLate, now);
  const cause = `the Store answered, but shows ${shown.state} at ${sayPercentage(shown.percentage)}`;
  return unsettled(rollout, intent, { kind: 'failed', cause }, now);
}

const tooLate = 'The halt came too late: the Store shows the rollout finalized. Only a new submission helps.';

/** Until the next look, the last word on a rollout is why it was changed, and what became of that. */
function done(rollout: Rollout, intent: Intent, sentence: string, now: Date): Change {
  const said: Rollout = {
    ...rollout,
    decision: { kind: intent.kind, reason: 'confirmed', sentence: `${intent.reason} ${sentence}`, at: now },
    ...(!hasEnded(rollout.phase) && { nextLookAt: after(now, looks.ramping) }),
  };
  return withJournal(said, [effectRemark(intent, sentence)], now);
}

function isDone(intent: Intent, shown: ObservedRollout, before: number): boolean {
  switch (intent.kind) {
    case 'raise':
      return shown.state === 'inProgress' && showsRaise(shown.percentage, before, intent.percentage);
    case 'halt':
      return shown.state === 'stopped';
    case 'finalize':
      return shown.state === 'complete';
  }
}

const doneSentence = (intent: Intent, { percentage }: ObservedRollout): string =>
  ({
    raise: `The Store shows ${sayPercentage(percentage)}.`,
    halt: 'The Store shows the rollout stopped. Users who have the build keep it; a new submission with a higher version reaches them.',
    finalize: 'The Store shows the rollout complete.',
  })[intent.kind];

type Unsettled = Extract<Outcome, { cause: string }>;

/** A halt and a finalize stay intended until the Store confirms them; a raise is decided anew. */
function unsettled(rollout: Rollout, intent: Intent, outcome: Unsettled, now: Date): Change {
  const { tryingSince: _, ...tried } = intent;
  const verb = outcome.kind === 'refused' ? 'was refused' : 'is not confirmed';
  const remark = effectRemark(intent, `The ${intent.kind} ${verb}: ${outcome.cause}.`);
  if (tried.kind === 'raise')
    return withJournal(raiseFailed({ ...rollout, intent: tried }, outcome, now), [remark], now);
  const attempts = Math.max(1, intent.attempts);
  const kept: Rollout = {
    ...rollout,
    intent: { ...tried, attempts, triedAt: intent.triedAt ?? now, lastOutcome: outcome.cause },
    nextLookAt: nextIntentLook(now, attempts),
  };
  return withJournal(kept, intent.lastOutcome === outcome.cause ? [] : [remark], now);
}

/** A raise that was refused is closed; one of which nobody knows stays open, for the next look to see whether it applied. */
function raiseFailed(rollout: Rollout, { kind, cause }: Unsettled, now: Date): Rollout {
  const earlier = rollout.failedRaises ?? { since: now, count: 0 };
  const failedRaises = { ...earlier, count: earlier.count + 1, lastAt: now, cause };
  return {
    ...(kind === 'refused' ? dropIntent(rollout) : rollout),
    failedRaises,
    nextLookAt: earliest(after(now, looks.ramping), nextRaise(now, failedRaises.count)),
  };
}
