import type { Command, CommandOf } from './command.ts';
import { type Change, type Remark, withJournal } from './journal.ts';
import { latest, nextIntentLook, tryEnds } from './looks.ts';
import { intentRemarks } from './remarks.ts';
import type { Rollout } from './rollout.ts';
import { sayPercentage, sayTime } from './sentence.ts';
import { whoOf } from './vocabulary.ts';

/** What a rollout says to a command. */
export type Answer =
  /** The rollout is another now. */
  | { readonly kind: 'accepted'; readonly change: Change }
  /** It is so already; nothing is to be done. */
  | { readonly kind: 'already'; readonly sentence: string }
  /** It cannot be; the sentence says why, and what to do instead. */
  | { readonly kind: 'refused'; readonly sentence: string };

export const refused = (sentence: string): Answer => ({ kind: 'refused', sentence });
export const already = (sentence: string): Answer => ({ kind: 'already', sentence });

/** The command is written down, with what it changed, and the next look is now. */
export function accepted(before: Rollout, after: Rollout, command: Command, now: Date): Answer {
  const told: Remark = {
    kind: command.who.actor === 'alert' ? 'alert' : 'command',
    ...whoOf(command.who),
    subject: command.kind,
    sentence: says(command),
  };
  // An intent is tried at once by whoever gave it; the passes take it up only if that comes to nothing.
  const nextLookAt = after.intent ? latest(nextIntentLook(now, 1), tryEnds(after.intent)) : now;
  return {
    kind: 'accepted',
    change: withJournal({ ...after, nextLookAt }, [told, ...intentRemarks(before, after)], now),
  };
}

function says(command: Command): string {
  const { reason } = command;
  switch (command.kind) {
    case 'cap':
      return command.percentage === null
        ? `Cap lifted: ${reason}`
        : `Capped at ${sayPercentage(command.percentage)}: ${reason}`;
    case 'pause':
      return saysPause(command);
    case 'halt':
    case 'finalize':
    case 'resume':
    case 'approve':
    case 'acknowledge':
    case 'hold':
    case 'release':
      return reason;
  }
}

/** Until when, and who is to say what follows, where either was said. */
function saysPause({ until, owner, reason }: CommandOf<'pause'>): string {
  const end = until ? ` until ${sayTime(until)}` : '';
  const whose = owner ? `, ${owner} sees to it` : '';
  return until || owner ? `Paused${end}${whose}: ${reason}` : reason;
}
