import { z } from 'zod';
import { instantSchema } from '../rollout/evidence.ts';
import { actors, phases } from '../rollout/vocabulary.ts';

/** What people are told of. Channels choose among these words. */
export const noticeEvents = [
  /** More users get the build now, by the policy's raise or because the Store began the rollout. */
  'raised',
  /** It goes no further until somebody does something: bad evidence, lasting silence, a pause, a cap. */
  'held',
  /** A halt is intended. The Store has not confirmed it yet. */
  'halting',
  /** The Store shows the rollout stopped. */
  'halted',
  /** The Store does not confirm a halt or a finalize. Told again for as long as that lasts. */
  'unconfirmed',
  /** Only a person's word is missing. */
  'needsApproval',
  /** Everyone gets the build. */
  'finalized',
  /** Somebody changed the rollout outside Rampart, and that was taken over. */
  'drift',
  /** There is nothing to automate any more. */
  'failed',
  /** A pause has passed its end, and nobody has said what is to follow. */
  'pauseOverdue',
] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** One thing that people are told. It speaks of one entry of the journal, and so there is never a second one of it. */
export const noticeSchema = z.object({
  /** `{rollout id}.{sequence of the journal's entry}` */
  id: z.string(),
  event: z.enum(noticeEvents),
  /** When it happened, in domain time. */
  at: instantSchema,
  rolloutId: z.string(),
  sequence: z.number().int(),
  publisher: z.string(),
  applicationId: z.string(),
  flightId: z.string().optional(),
  submissionId: z.string(),
  /** The package versions that are rolled out. */
  versions: z.array(z.string()).optional(),
  phase: z.enum(phases),
  percentage: z.number(),
  sentence: z.string(),
  actor: z.enum(actors),
  /** The name of the person, the key or the alert. */
  by: z.string().optional(),
  /** What the Store does not confirm. */
  intent: z.enum(['halt', 'finalize']).optional(),
  /** The step that waits for an approval, and since when it is the current one. */
  approvable: z.object({ step: z.number().int(), since: instantSchema }).optional(),
  /** Whether there is something left to halt. */
  haltable: z.boolean(),
});
export type Notice = Readonly<z.output<typeof noticeSchema>>;
