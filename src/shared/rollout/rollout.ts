import { z } from 'zod';
import { evidenceSchema, instantSchema } from './evidence.ts';
import { type Policy, policySchema } from './policy.ts';
import { reasonSchema } from './reason.ts';
import { actors, decisionKinds, phases, sameWho, type Who } from './vocabulary.ts';

const whoShape = {
  actor: z.enum(actors),
  /** The name of the person or key, or the title of the alert. */
  by: z.string().optional(),
};

/** What people are told of while it lasts, and told again, until one of them says that they know. */
const toldShape = { escalatedAt: instantSchema.optional(), acknowledgedAt: instantSchema.optional() };

const intentShape = {
  ...whoShape,
  ...toldShape,
  reason: z.string(),
  since: instantSchema,
  /** When the Store was asked first. */
  triedAt: instantSchema.optional(),
  /**
   * Of a raise or a finalize: when the attempt began of which nobody has noted yet what became of it. No other one is begun
   * beside it while it can still be under way.
   */
  tryingSince: instantSchema.optional(),
  /** How often the Store was asked so far. */
  attempts: z.number().int(),
  /** What became of the last attempt, if it failed. */
  lastOutcome: z.string().optional(),
};

/** The change of the Store that is written down before the Store is called. */
const intentSchema = z.discriminatedUnion('kind', [
  /** `percentage` is what it sets, `step` the one that it enters. */
  z.object({ kind: z.literal('raise'), percentage: z.number(), step: z.number().int(), ...intentShape }),
  z.object({ kind: z.literal('halt'), ...intentShape }),
  z.object({ kind: z.literal('finalize'), ...intentShape }),
]);
export type Intent = z.output<typeof intentSchema>;

/** Something that people are told of when it lasts. */
const troubleSchema = z.object({ since: instantSchema, ...toldShape });

/** A percentage that the Store showed, from this time on. */
const shownSchema = z.object({ percentage: z.number(), since: instantSchema });
export type Shown = Readonly<z.output<typeof shownSchema>>;

const bySomeoneSchema = z.object({ ...whoShape, reason: z.string(), at: instantSchema });

/** A pause that is to end at a time escalates then, and is never resumed by itself. */
const pauseSchema = bySomeoneSchema.extend({
  until: instantSchema.optional(),
  /** Who is to end it. */
  owner: z.string().optional(),
  ...toldShape,
});
export type Pause = Readonly<z.output<typeof pauseSchema>>;

/** An alert that holds the rollout until it is resolved; `alert` is the sender's own identity of it. */
const alertHoldSchema = bySomeoneSchema.extend({ alert: z.string(), ...toldShape });

/** What the last pass concluded; `reason` tells decisions of one kind apart. */
const lastDecisionSchema = z.object({
  kind: z.enum(decisionKinds),
  reason: reasonSchema,
  sentence: z.string(),
  at: instantSchema,
});

/** The automation of one submission's gradual package rollout: our aggregate, as it is stored. */
export const rolloutSchema = z.object({
  /** `{applicationId}.{flightId or "production"}.{submissionId}` */
  id: z.string(),
  publisher: z.string(),
  applicationId: z.string(),
  /** Absent on the track `production`. */
  flightId: z.string().optional(),
  submissionId: z.string(),
  policy: policySchema,
  phase: z.enum(phases),
  createdAt: instantSchema,
  /** The Store's own status of the submission, as last seen. */
  submissionStatus: z.string().optional(),
  /** The package versions that this submission brings and its fallback does not have. */
  candidateVersions: z.array(z.string()).optional(),
  /** The package versions of its fallback that it does not contain any more: whoever runs them is the control. */
  controlVersions: z.array(z.string()).optional(),
  /** The part of the users that the Store said last, in percent. */
  percentage: z.number(),
  /** The highest percentage that the Store ever said: above 0, somebody has the build. */
  reached: z.number(),
  /** The index of the current step; -1 below the first. */
  step: z.number().int(),
  stepSince: instantSchema.optional(),
  /** Since when users get the candidate: every test of the rollout rests on what was measured from here on. */
  rampingSince: instantSchema.optional(),
  /** The percentage before the current step. */
  percentageBefore: z.number().optional(),
  /** Each percentage that the Store showed, and since when. */
  shown: z.array(shownSchema).default([]),
  /** Who approved that a step is left. */
  approvals: z.array(bySomeoneSchema.extend({ step: z.number().int() })).default([]),
  pause: pauseSchema.optional(),
  /** The alerts that hold it. */
  alertHolds: z.array(alertHoldSchema).default([]),
  /** A person's word: never above this percentage. */
  cap: bySomeoneSchema.extend({ percentage: z.number() }).optional(),
  intent: intentSchema.optional(),
  evidence: z.array(evidenceSchema),
  /** The checks that are unmeasured without a break. */
  unmeasured: z.record(z.string(), troubleSchema),
  /** The Store cannot be read without a break. */
  storeUnreadable: troubleSchema.optional(),
  /** Raises that did not come through, one after the other. */
  failedRaises: troubleSchema
    .extend({ count: z.number().int(), lastAt: instantSchema, cause: z.string() })
    .optional(),
  decision: lastDecisionSchema.optional(),
  /** The part of the false-halt budget that was spent at the last look that asked: 1 is the halt. */
  budgetSpent: z.number().default(0),
  /** When the next pass is due; absent once the rollout has ended. */
  nextLookAt: instantSchema.optional(),
  endedAt: instantSchema.optional(),
  /** How many entries the journal has: the next one gets this number plus one. */
  journalLength: z.number().int(),
});
export type Rollout = Readonly<z.output<typeof rolloutSchema>>;

/** The track's word in ids and keys. */
export const trackName = ({ flightId }: Pick<Rollout, 'flightId'>): string => flightId ?? 'production';

export type NewRollout = Pick<Rollout, 'publisher' | 'applicationId' | 'submissionId'> & {
  readonly flightId?: string | undefined;
  readonly policy: Policy;
};

export const rolloutId = (of: Pick<NewRollout, 'applicationId' | 'flightId' | 'submissionId'>): string =>
  `${of.applicationId}.${of.flightId ?? 'production'}.${of.submissionId}`;

export function newRollout(of: NewRollout, now: Date): Rollout {
  const { flightId, ...rest } = of;
  return {
    id: rolloutId(of),
    ...rest,
    ...(flightId !== undefined && { flightId }),
    phase: 'awaitingPublication',
    createdAt: now,
    percentage: 0,
    reached: 0,
    step: -1,
    shown: [],
    approvals: [],
    alertHolds: [],
    evidence: [],
    unmeasured: {},
    budgetSpent: 0,
    nextLookAt: now,
    journalLength: 0,
  };
}

/** As long as the Store has never said more than 0 %, there is nobody whose telemetry could speak. */
export const nobodyHasIt = ({ reached }: Pick<Rollout, 'reached'>): boolean => reached === 0;

/** The step whose bake and approval hold now; below the first step, the first step's bake holds. */
export function currentBake(rollout: Rollout): { bake: number; maximumBake: number; approval: boolean } {
  const step = rollout.policy.steps[Math.max(0, rollout.step)];
  const bake = nobodyHasIt(rollout) ? 0 : (step?.bake ?? 0);
  const approval = rollout.step >= 0 && (step?.approval ?? false);
  return { bake, maximumBake: step?.maximumBake ?? bake, approval };
}

/** Who approved that the current step is left. */
export const approversOf = ({ approvals, step }: Pick<Rollout, 'approvals' | 'step'>): Rollout['approvals'] =>
  approvals.filter((approval) => approval.step === step);

/** Whether the current step can only be left with people's approval, and too few have given it. */
export const awaitsApproval = (rollout: Rollout): boolean =>
  currentBake(rollout).approval && approversOf(rollout).length < rollout.policy.approvers;

/** Whether the current step, or one that follows, can only be left with people's approval. */
const hasApprovalAhead = ({ policy, step }: Pick<Rollout, 'policy' | 'step'>): boolean =>
  policy.steps.slice(Math.max(0, step)).some(({ approval }) => approval);

/** The step that stands for all that are left: who approves it approves giving the build to everyone at once. */
export const allSteps = ({ policy }: Pick<Rollout, 'policy'>): number => policy.steps.length;

/**
 * Who approved that all steps to come are left at once. An approval of the current step says so only where it is the last
 * one that asks for any.
 */
function finalApproversOf(rollout: Rollout): Rollout['approvals'] {
  const { approvals, policy, step } = rollout;
  const isLast = !policy.steps.slice(Math.max(0, step) + 1).some(({ approval }) => approval);
  return approvals.filter((given) => given.step === allSteps(rollout) || (isLast && given.step === step));
}

/**
 * How many more people have to approve before all steps to come may be left at once.
 *
 * @param beside somebody whose own word is an approval
 */
export function approvalsToFinalize(rollout: Rollout, beside?: Who): number {
  if (!hasApprovalAhead(rollout)) return 0;
  const given: readonly Who[] = beside ? [...finalApproversOf(rollout), beside] : finalApproversOf(rollout);
  const different = given.filter((who, index) => given.findIndex((other) => sameWho(who, other)) === index);
  return Math.max(0, rollout.policy.approvers - different.length);
}

/** The highest step that a percentage has reached; -1 below the first. */
export const stepReached = (policy: Policy, percentage: number): number =>
  policy.steps.findLastIndex((step) => step.percentage <= percentage);
