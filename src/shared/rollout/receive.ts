import { acknowledge } from './acknowledge.ts';
import { type Answer, already, refused } from './answer.ts';
import type { Command } from './command.ts';
import { finalize, halt } from './endCommands.ts';
import { approve, cap, holdForAlert, pause, releaseAlert, resume } from './holdCommands.ts';
import type { Rollout } from './rollout.ts';
import { hasEnded } from './vocabulary.ts';

/** What a command does to a rollout. A halt wins over everything that has not ended. */
export function receive(rollout: Rollout, command: Command, now: Date): Answer {
  if (hasEnded(rollout.phase)) return receiveAfterEnd(rollout, command);
  switch (command.kind) {
    case 'halt':
      return halt(rollout, command, now);
    case 'finalize':
      return finalize(rollout, command, now);
    case 'pause':
      return pause(rollout, command, now);
    case 'resume':
      return resume(rollout, command, now);
    case 'approve':
      return approve(rollout, command, now);
    case 'cap':
      return cap(rollout, command, now);
    case 'hold':
      return holdForAlert(rollout, command, now);
    case 'release':
      return releaseAlert(rollout, command, now);
    case 'acknowledge':
      return acknowledge(rollout, command, now);
  }
}

/** What an alert is told that meets a rollout which has ended. */
export const nothingToHold = ({ phase }: Rollout): string =>
  `The rollout is ${phase}: there is nothing to hold.`;

function receiveAfterEnd(rollout: Rollout, { kind }: Command): Answer {
  const { phase, decision } = rollout;
  if (phase === 'halted' && kind === 'halt') return already('The rollout is halted.');
  if (phase === 'completed' && kind === 'finalize') return already('The rollout is finalized.');
  if (kind === 'hold' || kind === 'release') return already(nothingToHold(rollout));
  if (phase === 'completed')
    return refused(
      'The rollout is finalized: everyone gets the build. Only a new submission with a higher version changes that.',
    );
  if (phase === 'halted')
    return refused(
      'The rollout is halted, and the Store cannot resume a halted rollout. Start one for a new submission.',
    );
  return refused(`The rollout has failed. ${decision?.sentence ?? ''}`.trim());
}
