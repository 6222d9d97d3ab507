import type { Remark } from './journal.ts';
import type { Intent, Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';
import { whoOf } from './vocabulary.ts';

/** What the journal says of intents: each gets one entry before the Store is called, and one of what became of it. */

/** An intent in words, as the object of a sentence. */
const name = (intent: Intent): string =>
  intent.kind === 'raise' ? `raise to ${sayPercentage(intent.percentage)}` : intent.kind;

function asks(intent: Intent): string {
  return intent.kind === 'raise'
    ? `The Store is to be asked for ${sayPercentage(intent.percentage)}.`
    : `The Store is to be asked to ${intent.kind} the rollout.`;
}

export const effectRemark = (intent: Intent, sentence: string): Remark => ({
  kind: 'effect',
  ...whoOf(intent),
  subject: intent.kind,
  sentence,
});

/** The entries of what changed between two states of a rollout: an intent given up, an intent taken up. */
export function intentRemarks(before: Rollout, after: Rollout, confirmation?: string): Remark[] {
  if (sameIntent(before.intent, after.intent)) return [];
  const closed = before.intent && effectRemark(before.intent, confirmation ?? givenUp(before.intent, after));
  const opened: Remark | undefined = after.intent && {
    kind: 'intent',
    ...whoOf(after.intent),
    subject: after.intent.kind,
    sentence: asks(after.intent),
  };
  return [closed, opened].filter((remark) => remark !== undefined);
}

const sameIntent = (a: Intent | undefined, b: Intent | undefined): boolean =>
  a?.kind === b?.kind && a?.since.getTime() === b?.since.getTime();

function givenUp(intent: Intent, { intent: next, phase }: Rollout): string {
  const what = `The ${name(intent)}`;
  if (next && next.kind !== intent.kind) return `${what} gives way to a ${next.kind}.`;
  return phase === 'ramping'
    ? `${what} did not come through; it is decided anew.`
    : `${what} ends: the rollout is ${phase}.`;
}
