import type { Who } from './vocabulary.ts';

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

/** A step, and since when it is the current one: a rollout can come to a step more than once. */
export type StepEntry = { readonly step: number; readonly since: Date };

type CommandKind = keyof Details;
type Common = { readonly reason: string; readonly who: Who };

/** A command to a rollout: of a person, an alert, or a policy that needs its place for the next submission. */
export type Command = { [Kind in CommandKind]: CommandOf<Kind> }[CommandKind];
export type CommandOf<Kind extends CommandKind> = Common & Details[Kind] & { readonly kind: Kind };
