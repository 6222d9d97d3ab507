/**
 * The words of Rampart. One word for one thing, in code, API, journal and pages.
 *
 * publisher    a Partner Center account: an Entra tenant and the app registration that may call the Store for it
 * application  a Store product, by its Store ID
 * track        where a submission is published: one package flight of an application, or `production`
 * submission   one submission to the Store on a track
 * rollout      the automation of one submission's gradual package rollout, under one policy
 * policy       the plan and the rules: steps, bakes, checks, what counts as bad, how to end
 * step, bake   a percentage to reach; how long it must prove itself before the next
 * candidate    the build that is rolled out, and those who run it
 * control      the users on the fallback submission, over the same time
 * check        one question put to telemetry: a comparison, a limit, a tripwire
 * sample       one measured interval of telemetry: counts of candidate and control, or a value
 * signature    one kind of failure, by the hash that its source gives it
 * evidence     what samples say on a check
 * e-value      the wealth of a bet against the build; how much evidence there is
 * budget       the chance that a healthy build is halted, over the whole rollout; the other one, of requests to the Store,
 *              is always called the request budget, and a ticket is one request taken from it
 * decision     what a pass concluded, with its sentence and the time of the next look
 * intent       a decision that will change the Store, written down before the Store is called
 * claim        the write of an intent, or of whatever else a pass concluded: who loses it has done nothing
 * alert        what the publisher's own monitoring says; while it fires it may hold a rollout, or halt it for good
 * pause, cap   a person's word: raise no further until somebody resumes, or never above a percentage
 * escalation   telling people, again and again, of a trouble that lasts, until one of them acknowledges it
 * notice       one thing that people are told, of one entry of the journal; a message is a notice on its way to a channel
 * journal      the append-only record of all of it
 */

/** Where a rollout stands. `paused` is no phase: it lies over them. */
export const phases = [
  /** The Store has not published the submission yet. */
  'awaitingPublication',
  /** The Store gives the packages to a part of the users, and Rampart may raise that part. */
  'ramping',
  /** A finalize is intended, and the Store has not confirmed it yet. */
  'finalizing',
  /** The Store gives the packages to everyone. Nothing follows. */
  'completed',
  /** A halt is intended, and the Store has not confirmed it yet. Nothing raises or finalizes from here on. */
  'halting',
  /** The Store has stopped giving the packages to anyone new. Nothing follows. */
  'halted',
  /** There is no gradual rollout to automate: the submission failed, vanished, or was never gradual. */
  'failed',
] as const;
export type Phase = (typeof phases)[number];

/** What the samples of a check say. */
export const evidenceKinds = [
  /** Enough was measured, and nothing points to harm. */
  'good',
  /** The test says harm, at its chance of error. */
  'bad',
  /** Too little was measured, or it may be chance. */
  'inconclusive',
  /** Nobody could look: the source failed, or fell silent. Never read as good. */
  'unmeasured',
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** What a pass can conclude. */
export const decisionKinds = [
  /** Only time has to pass. */
  'wait',
  /** Something else has to change first: evidence, or a person's word. */
  'hold',
  /** The next step's percentage is due. */
  'raise',
  /** The build harms its users, or a person said so. */
  'halt',
  /** The last step has proven itself. */
  'finalize',
  /** The Store's own state moved without Rampart; it is taken over. */
  'adopt',
  /** There is nothing to automate, now or later. */
  'fail',
] as const;

/** What an entry of the journal records. */
export const journalKinds = [
  /** A pass concluded something new. */
  'decision',
  /** The Store is about to be changed. */
  'intent',
  /** What became of an intent. */
  'effect',
  /** Somebody told Rampart to do something. */
  'command',
  /** An alert came in, and did something. */
  'alert',
] as const;

/** What kind of actor is behind an entry of the journal. */
export const actors = [
  /** The rollout's own policy. */
  'policy',
  /** A person who signed in. */
  'person',
  /** Whoever holds a key: a named one, a link's, or only the platform's. */
  'key',
  /** An alert of the publisher's own monitoring. */
  'alert',
  /** Somebody who changed the submission in Partner Center, or with another tool. */
  'partnerCenter',
  /** The Store itself: certification, publication. */
  'store',
] as const;
export type Actor = (typeof actors)[number];

/** Who did something; `by` is the name of the person, of the key, or the title of the alert. */
export type Who = { readonly actor: Actor; readonly by?: string | undefined };

/** A caller of whom no more is known than that the platform let them in. */
export const functionKey = { actor: 'key', by: 'function key' } as const satisfies Who;

/** Whether somebody's own word is behind it, which outranks the policy. */
export const isSomebody = ({ actor }: Who): boolean => actor === 'person' || actor === 'key';

/** The two words of somebody, out of what else is known of what they did. */
export const whoOf = ({ actor, by }: Who): Who => (by === undefined ? { actor } : { actor, by });

/** Whether two are the same, as far as Rampart can know. */
export const sameWho = (a: Who, b: Who): boolean => a.actor === b.actor && a.by === b.by;

/** The phases after which nothing follows. */
export type EndedPhase = Extract<Phase, 'completed' | 'halted' | 'failed'>;

export function hasEnded(phase: Phase): phase is EndedPhase {
  return phase === 'completed' || phase === 'halted' || phase === 'failed';
}
