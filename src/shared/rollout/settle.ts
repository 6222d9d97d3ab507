import { type Change, withJournal } from './journal.ts';
import { after, looks, nextIntentLook } from './looks.ts';
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
  if (isDone(intent, shown))
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

/** The last word on a rollout is what became of the intent, until the next look. */
function done(rollout: Rollout, intent: Intent, sentence: string, now: Date): Change {
  const said: Rollout = {
    ...rollout,
    decision: { kind: intent.kind, reason: 'confirmed', sentence, at: now },
    ...(!hasEnded(rollout.phase) && { nextLookAt: after(now, looks.ramping) }),
  };
  return withJournal(said, [effectRemark(intent, sentence)], now);
}

function isDone(intent: Intent, shown: ObservedRollout): boolean {
  switch (intent.kind) {
    case 'raise':
      return shown.state === 'inProgress' && showsRaise(shown.percentage, intent.percentage);
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

/** A halt and a finalize stay intended until the Store confirms them; a raise is decided anew. */
function unsettled(
  rollout: Rollout,
  intent: Intent,
  outcome: Extract<Outcome, { cause: string }>,
  now: Date,
): Change {
  const abandoned = intent.kind === 'raise' && outcome.kind === 'refused';
  const kept: Rollout = { ...rollout, intent: { ...intent, lastOutcome: outcome.cause } };
  const next: Rollout = {
    ...(abandoned ? dropIntent(rollout) : kept),
    nextLookAt: nextIntentLook(now, intent.attempts),
  };
  const verb = outcome.kind === 'refused' ? 'was refused' : 'is not confirmed';
  const remark = effectRemark(intent, `The ${intent.kind} ${verb}: ${outcome.cause}.`);
  return withJournal(next, intent.lastOutcome === outcome.cause ? [] : [remark], now);
}
