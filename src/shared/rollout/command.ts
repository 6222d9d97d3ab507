import { acknowledge } from './acknowledge.ts';
import { type Answer, already, refused } from './answer.ts';
import { finalize, halt } from './endCommands.ts';
import { approve, cap, holdForAlert, pause, releaseAlert, resume, type StepEntry } from './holdCommands.ts';
import type { Rollout } from './rollout.ts';
import { hasEnded, type Who } from './vocabulary.ts';

/** What somebody can tell a rollout, and what else it takes to say it. */
type Details = {
  /** The Store is to stop giving the build out, for good. */
  readonly halt: unknown;
  /** The Store is to give the build to everyone. `approves`: whoever says so might approve every step to come as well. */
  readonly finalize: { readonly approves?: boolean | undefined };
  /** Nothing is raised until somebody resumes; `until` is when `owner` is to say what is to be. */
  readonly pause: { readonly until?: Date | undefined; readonly owner?: string | undefined };
  /** Ends a pause, and what alerts hold. */
  readonly resume: unknown;
  /** The current step may be left, or `approves` alone: a word that was asked for earlier is not one for a later step. */
  readonly approve: { readonly approves?: StepEntry | undefined };
  /** Never above this percentage; `null` lifts the cap. */
  readonly cap: { readonly percentage: number | null };
  /** Nothing is raised until this alert, by the sender's own identity of it, is released. */
  readonly hold: { readonly alert: string };
  /** The alert is resolved. */
  readonly release: { readonly alert: string };
  /** People know of what they were told, and need not be told again. */
  readonly acknowledge: unknown;
};

type CommandKind = keyof Details;
type Common = { readonly reason: string; readonly who: Who };

/** A command to a rollout: of a person, an alert, or a policy that needs its place for the next submission. */
export type Command = { [Kind in CommandKind]: CommandOf<Kind> }[CommandKind];
export type CommandOf<Kind extends CommandKind> = Common & Details[Kind] & { readonly kind: Kind };

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

function receiveAfterEnd({ phase, decision }: Rollout, { kind }: Command): Answer {
  if (phase === 'halted' && kind === 'halt') return already('The rollout is halted.');
  if (phase === 'completed' && kind === 'finalize') return already('The rollout is finalized.');
  if (kind === 'hold' || kind === 'release')
    return already(`The rollout is ${phase}: there is nothing to hold.`);
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
