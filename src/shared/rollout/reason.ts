import { z } from 'zod';

/** Why a decision is what it is, in one word: it tells decisions of one kind apart. */
const plainReasons = [
  'storeUnreadable',
  'submissionMissing',
  'notPublished',
  'draft',
  'fellBack',
  'submissionFailed',
  'notGradual',
  'notStarted',
  'published',
  'stopped',
  'complete',
  'replaced',
  'raised',
  'lowered',
  'haltUnderway',
  'finalizeUnderway',
  'harm',
  'silence',
  'bad',
  'paused',
  /** A pause should have ended by now, and nobody has said what is to be. */
  'pauseOverdue',
  /** An alert that fires. */
  'alert',
  'baking',
  'bakingUnmeasured',
  /** The bake is over, and harm is not excluded yet. */
  'proving',
  'unmeasured',
  'inconclusive',
  'unasked',
  'capped',
  'approval',
  /** An approver has finalized, and the policy wants another one's word. */
  'finalizeApproval',
  'raiseFailed',
  'finalizeByHand',
  'proven',
  /** A person said so. */
  'commanded',
  /** The Store shows what was intended. */
  'confirmed',
] as const;

/** `step:2` is the raise to the third step, `confirmed:raise` a raise that came through late. */
export const reasonSchema = z.union([
  z.enum(plainReasons),
  z.templateLiteral(['step:', z.number()]),
  z.templateLiteral(['confirmed:', z.enum(['raise', 'halt', 'finalize'])]),
]);
export type Reason = z.output<typeof reasonSchema>;
