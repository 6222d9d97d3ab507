import { z } from 'zod';
import { instantSchema } from '../rollout/evidence.ts';
import type { Due } from '../state/due.ts';

/** The queue between the timers, which find what is due, and the function that takes one rollout a step further. */
export const advanceQueue = 'rampart-advance';

/** The queue of what is carried to its submission: an upload takes minutes, and must not hold up a halt. */
export const deliveryQueue = 'rampart-deliver';

/** What the queue carries: which rollout to look at, and why. */
export type Look = {
  readonly id: string;
  /** The due row that led here. Without one, somebody asks, and the look is taken even if none is due. */
  readonly due?: Due | undefined;
};

const lookSchema = z.object({
  id: z.string(),
  due: z
    .object({
      round: z.enum(['submissions', 'rollouts', 'deliveries']),
      at: instantSchema,
      id: z.string(),
      since: instantSchema.optional(),
      version: z.number().optional(),
      etag: z.string().optional(),
    })
    .optional(),
});

/** A look as a message. */
export const writeLook = (look: Look): unknown => z.encode(lookSchema, look);

/** @throws z.ZodError for a message that nobody here wrote; the queue gives up on it after its retries */
export const readLook = (message: unknown): Look => lookSchema.parse(message);
