import { z } from 'zod';

/** The queue of halts that are not confirmed yet: each is a message of its own, tried on its own schedule. */
export const haltQueue = 'rampart-halt';

const haltSchema = z.object({
  id: z.string(),
  /** When the halt was intended, as text: a message whose halt was not written, because another one was, ends by itself. */
  since: z.string().optional(),
});
/** Which rollout is to be halted. */
export type HaltMessage = z.output<typeof haltSchema>;

/** @throws z.ZodError for a message that nobody here wrote; the queue gives up on it after its retries */
export const readHalt = (message: unknown): HaltMessage => haltSchema.parse(message);
